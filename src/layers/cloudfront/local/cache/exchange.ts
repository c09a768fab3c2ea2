import type { HttpRequest, HttpResponse } from '../../../../local/contract/http.js';
import type { EdgeResult } from '../edge-result.js';
import type { Validators } from './entry.js';
import type { CachePolicy } from './policy.js';

/** What an origin answered, or what is said in its place. */
export interface OriginAnswer {
  readonly response: HttpResponse;
  /** Of the version that the origin has. */
  readonly validators: Validators;
  /** CloudFront said it itself: the origin could not be reached, or was late. */
  readonly isOwn: boolean;
}

/** One request with all that decides how it is answered. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly policy: CachePolicy;
  /** Whether answers to this method are kept. */
  readonly isKept: boolean;
  fetch(request: HttpRequest): Promise<OriginAnswer>;
  /** For how many seconds an error is kept. */
  errorSeconds(answer: OriginAnswer): number;
  /** What is shown for an error. */
  errorPage(response: HttpResponse): Promise<HttpResponse>;
}

export interface Served {
  readonly response: HttpResponse;
  readonly result: EdgeResult;
  /** The origin answered an error, whatever is shown for it. */
  readonly isError: boolean;
}

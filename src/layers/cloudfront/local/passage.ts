import type { HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import type { Hop } from '../../../local/contract/trace.js';
import { withAppended, withHeader } from '../../../local/http/headers.js';
import type { Behaviour, BehaviourTable } from './behaviours.js';
import type { EdgeResult } from './edge-result.js';
import type { Caller } from './functions/edge-function.js';
import { FunctionExecutionError, FunctionValidationError } from './functions/restrictions.js';
import type { EdgeNames } from './origin-request.js';
import { ownError } from './own-responses.js';

/** One request on its way through a distribution. */
export interface Passage {
  readonly request: HttpRequest;
  readonly behaviour: Behaviour;
  readonly table: BehaviourTable;
  readonly edge: Caller;
  readonly hop: Hop;
}

/** What a viewer gets, and how it came about. */
export interface Answer {
  readonly response: HttpResponse;
  readonly result: EdgeResult;
}

/** With what CloudFront adds to every answer. */
export function finished({ response, result }: Answer, edge: EdgeNames): HttpResponse {
  const marked = withHeader(response.headers, 'X-Cache', `${result} from cloudfront`);
  const headers = [
    ...withAppended(marked, 'Via', `1.1 ${edge.host} (CloudFront)`),
    ['X-Amz-Cf-Pop', 'LOCAL-P1'],
    ['X-Amz-Cf-Id', edge.requestId],
  ] as const;
  return { ...response, headers };
}

/** What is answered for a function that failed. @throws what is no failure of a function */
export function forFunctionFailure(error: unknown, hop: Hop): Answer {
  if (error instanceof FunctionValidationError) {
    hop.note('function', error.message);
    return { response: ownError(502), result: 'FunctionValidationError' };
  }
  if (!(error instanceof FunctionExecutionError)) throw error;
  hop.note('function', error.message);
  return { response: ownError(503), result: 'FunctionExecutionError' };
}

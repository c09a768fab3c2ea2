import type { HeaderPair, HttpRequest } from '../contract/http.js';
import { pairs } from './headers.js';
import type { Incoming } from './incoming.js';

/** How a request stood on the connection it came by: what is not passed on with it. */
export interface Framing {
  /** All fields as received, those of the connection too; over HTTP/2 the pseudo-headers as well. */
  readonly headers: readonly HeaderPair[];
  /** The request target as received, absolute form included. */
  readonly target: string;
  readonly httpVersion: string;
  /** Ends the connection with the response to this request (HTTP/1); what was sent behind it is not looked at any more. */
  endConnection(): void;
}

const ending = new WeakSet<object>();
const arrivals = new WeakMap<object, Arrival>();

/** One request as the server knows it. */
export class Arrival implements Framing {
  #ends = false;

  constructor(private readonly incoming: Incoming) {}

  get headers(): readonly HeaderPair[] {
    return pairs(this.incoming.rawHeaders);
  }

  get target(): string {
    return this.incoming.url ?? '';
  }

  get httpVersion(): string {
    return this.incoming.httpVersion;
  }

  endConnection(): void {
    this.#ends = true;
    if (!('stream' in this.incoming)) ending.add(this.incoming.socket);
  }

  /** Whether the connection is to end with the response. */
  get ends(): boolean {
    return this.#ends;
  }
}

/** Notes how a request arrived, for `framingOf`. */
export function remember(request: HttpRequest, incoming: Incoming): Arrival {
  const arrival = new Arrival(incoming);
  arrivals.set(request, arrival);
  return arrival;
}

/** Whether an earlier request of its connection was its last. */
export const isBehindTheLast = (incoming: Incoming): boolean => !('stream' in incoming) && ending.has(incoming.socket);

/** How this very request arrived; undefined for one that another hop made. */
export const framingOf = (request: HttpRequest): Framing | undefined => arrivals.get(request);

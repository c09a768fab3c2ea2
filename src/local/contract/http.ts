import type { Duplex, Readable } from 'node:stream';
import type { Trace } from './trace.js';

/** One header field as it stood on the wire: order and spelling are kept. HTTP/2 pseudo-headers are never among them. */
export type HeaderPair = readonly [name: string, value: string];

/** Facts of the TLS connection a request came in by. */
export interface TlsFacts {
  readonly serverName: string | undefined;
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
}

/** One request as a hop sees it. A hop that changes something passes on a copy. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query exactly as received, such as `/offers?page=2`. */
  readonly target: string;
  readonly httpVersion: '1.0' | '1.1' | '2.0';
  /** Holds exactly one `host` (for HTTP/2 made from `:authority`). */
  readonly headers: readonly HeaderPair[];
  /** Null when the request has no body. */
  readonly body: Readable | null;
  readonly peer: { readonly address: string; readonly port: number };
  readonly tls: TlsFacts | undefined;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  readonly trace: Trace;
}

/** One response. Framing headers (`transfer-encoding`, `connection`) are the server's own business and must not be set. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  readonly body: Readable | Buffer | null;
}

/** Whatever answers requests: a distribution, a listener, the gateway, a task. */
export interface Handler {
  /** @throws UpstreamError when what is behind cannot be reached */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** An `Upgrade` request (WebSocket). The handler owns the socket from here on. */
  upgrade(request: HttpRequest, socket: Duplex, head: Buffer): Promise<void>;
}

/** Why an upstream gave no response. `aborted` means that the client left first. */
export class UpstreamError extends Error {
  constructor(
    readonly reason: 'refused' | 'reset' | 'timeout' | 'aborted' | 'protocol',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'UpstreamError';
  }
}

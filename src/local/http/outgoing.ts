import { ServerResponse, STATUS_CODES } from 'node:http';
import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { pipeline, Readable } from 'node:stream';
import type { HttpResponse } from '../contract/http.js';
import { isHopByHop } from './headers.js';

export type Outgoing = ServerResponse | ServerHttp2Stream;

export const TRACE_HEADER = 'x-landfall-trace';

/** What a response is written for. */
export interface Exchange {
  readonly method: string;
  readonly traceId: string;
  /** Whether the connection is to end with this response (HTTP/1.1). */
  readonly last: boolean;
}

/** Writes a response; `failed` is told when its body fails, after which the connection (HTTP/2: the stream) is gone. */
export function writeResponse(
  out: Outgoing,
  exchange: Exchange,
  response: HttpResponse,
  failed: (error: unknown) => void,
): void {
  const { body, status } = response;
  if (out.destroyed) {
    if (body instanceof Readable) body.destroy();
    return;
  }
  const withoutBody = exchange.method === 'HEAD' || status === 204 || status === 304;
  if (out instanceof ServerResponse) writeHead1(out, exchange, response, withoutBody);
  else writeHead2(out, exchange, response, withoutBody || body === null);
  if (withoutBody || !(body instanceof Readable)) {
    if (body instanceof Readable) body.destroy();
    if (withoutBody || body === null) out.end();
    else out.end(body);
    return;
  }
  // A stream may be silent for long: the client must see the head before its first chunk.
  if (out instanceof ServerResponse) out.flushHeaders();
  pipeline(body, out, (error) => {
    if (error) failed(error);
  });
}

function writeHead1(out: ServerResponse, exchange: Exchange, response: HttpResponse, withoutBody: boolean): void {
  const flat: string[] = [];
  let sized = false;
  for (const [name, value] of response.headers) {
    const lower = name.toLowerCase();
    if (lower === TRACE_HEADER || isHopByHop(lower)) continue;
    sized ||= lower === 'content-length';
    flat.push(name, value);
  }
  if (response.body === null && !sized && !withoutBody) flat.push('Content-Length', '0');
  flat.push(TRACE_HEADER, exchange.traceId);
  if (exchange.last) flat.push('Connection', 'close');
  out.writeHead(response.status, STATUS_CODES[response.status] ?? '', flat);
}

function writeHead2(out: ServerHttp2Stream, exchange: Exchange, response: HttpResponse, endStream: boolean): void {
  const grouped = new Map<string, string | string[]>();
  for (const [name, value] of response.headers) {
    const lower = name.toLowerCase();
    if (lower === TRACE_HEADER || isHopByHop(lower)) continue;
    const known = grouped.get(lower);
    if (known === undefined) grouped.set(lower, value);
    else if (typeof known === 'string') grouped.set(lower, [known, value]);
    else known.push(value);
  }
  grouped.set(TRACE_HEADER, exchange.traceId);
  const head: OutgoingHttpHeaders = { ':status': response.status, ...Object.fromEntries(grouped) };
  try {
    out.respond(head, { endStream });
  } catch (error) {
    if (!isSingleValueError(error)) throw error;
    out.respond(firstOfSingles(head), { endStream });
  }
}

function isSingleValueError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_HTTP2_HEADER_SINGLE_VALUE';
}

/** Node refuses several values of a field such as `content-type` over HTTP/2: the first counts, as browsers see it over HTTP/1.1. */
function firstOfSingles(head: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const entries = Object.entries(head).map(([name, value]) =>
    Array.isArray(value) && name !== 'set-cookie' ? [name, value[0]] : [name, value],
  );
  return Object.fromEntries(entries) as OutgoingHttpHeaders;
}

import { STATUS_CODES } from 'node:http';
import { pipeline, Readable, type Duplex } from 'node:stream';
import type { HeaderPair, HttpRequest, HttpResponse } from '../contract/http.js';
import { finishTrace } from '../trace.js';
import { isHopByHop } from './headers.js';
import { TRACE_HEADER } from './outgoing.js';

/** Answers an `Upgrade` request with an ordinary response and ends the connection. */
export function refuseUpgrade(
  socket: Duplex,
  request: Pick<HttpRequest, 'method' | 'trace'>,
  response: HttpResponse,
): void {
  finishTrace(request.trace, response.status);
  const headers = response.headers.filter(([name]) => !isHopByHop(name.toLowerCase()));
  socket.write(head(response.status, [...headers, ['Connection', 'close']], request.trace.id), 'latin1');
  // The end of the connection is the end of the body: nothing need be framed.
  if (response.body instanceof Readable) pipeline(response.body, socket, () => socket.destroy());
  else if (response.body) socket.end(response.body);
  else socket.end();
}

/** Answers an `Upgrade` request with 101. From here on the socket carries the new protocol. */
export function acceptUpgrade(
  socket: Duplex,
  request: Pick<HttpRequest, 'trace'>,
  headers: readonly HeaderPair[],
): void {
  finishTrace(request.trace, 101);
  socket.write(head(101, headers, request.trace.id), 'latin1');
}

/** Joins two sockets until either closes. */
export function tunnel(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.once('close', () => to.destroy());
    from.pipe(to);
  }
}

function head(status: number, headers: readonly HeaderPair[], traceId: string): string {
  const lines = headers
    .filter(([name]) => name.toLowerCase() !== TRACE_HEADER)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}${TRACE_HEADER}: ${traceId}\r\n\r\n`;
}

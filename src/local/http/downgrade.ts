import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { allValues, pairs, without } from './headers.js';

/** Whether the protocol asked for is one that is tunnelled. */
export function isTunnelled(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Gives the request back to the server's parser as an ordinary one, by `serveSocket`. A server need not upgrade (RFC 9110
 * §7.8), and clients offer `h2c` with any request; yet Node takes each such request, and its body, from the parser.
 */
export function replayWithoutUpgrade(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  serveSocket: (socket: Socket) => void,
): void {
  const raw = pairs(request.rawHeaders);
  const fields = without(raw, 'connection', 'upgrade', 'http2-settings');
  if (allValues(raw, 'connection').some((value) => /\bclose\b/i.test(value))) fields.push(['Connection', 'close']);
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const first = `${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/${request.httpVersion}\r\n`;
  socket.unshift(Buffer.concat([Buffer.from(`${first}${lines}\r\n`, 'latin1'), head]));
  serveSocket(socket);
}

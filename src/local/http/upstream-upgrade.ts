import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HttpRequest } from '../contract/http.js';
import { UpstreamError } from '../contract/http.js';
import type { UpstreamSettings } from './client.js';
import { endToEnd, header, pairs } from './headers.js';
import { acceptUpgrade, refuseUpgrade, tunnel } from './upgrade.js';
import { upstreamError } from './upstream-errors.js';

/**
 * Passes an `Upgrade` request on and joins the two sockets. Resolves when the client has its answer, which may be a refusal.
 * @throws UpstreamError when there was no answer; nothing has been written to `socket` then
 */
export function connectUpgrade(
  settings: UpstreamSettings,
  request: HttpRequest,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = open(settings, request);
    const abort = (): void => void outgoing.destroy(new UpstreamError('aborted', 'The client left.'));
    const settled = (): void => {
      request.signal.removeEventListener('abort', abort);
      resolve();
    };
    request.signal.addEventListener('abort', abort);
    outgoing.on('error', (error) => {
      request.signal.removeEventListener('abort', abort);
      reject(upstreamError(error, settings.origin, request.signal));
    });
    outgoing.once('timeout', () => {
      outgoing.destroy(new UpstreamError('timeout', `${settings.origin} did not answer the upgrade in time.`));
    });
    outgoing.once('upgrade', (response: IncomingMessage, upstream: Socket, firstBytes: Buffer) => {
      settled();
      join(settings, request, { socket, head }, { response, upstream, firstBytes });
    });
    outgoing.once('response', (response) => {
      settled();
      refuseUpgrade(socket, request, {
        status: response.statusCode ?? 502,
        headers: endToEnd(pairs(response.rawHeaders)),
        body: response,
      });
    });
    outgoing.end();
  });
}

function open(settings: UpstreamSettings, request: HttpRequest): ClientRequest {
  const { protocol, hostname, port } = new URL(settings.origin);
  const flat = endToEnd(request.headers).flat();
  flat.push('Connection', 'Upgrade', 'Upgrade', header(request.headers, 'upgrade') ?? 'websocket');
  const options = {
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: request.target,
    method: request.method,
    headers: flat,
    setHost: false,
    agent: false as const,
    timeout: settings.headersTimeoutMs,
  };
  if (protocol !== 'https:') return requestHttp(options);
  const { ca, serverName, rejectUnauthorized } = settings.tls ?? {};
  return requestHttps({
    ...options,
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  });
}

function join(
  settings: UpstreamSettings,
  request: HttpRequest,
  client: { readonly socket: Duplex; readonly head: Buffer },
  answer: { readonly response: IncomingMessage; readonly upstream: Socket; readonly firstBytes: Buffer },
): void {
  const { upstream } = answer;
  upstream.setTimeout(settings.idleTimeoutMs, () => upstream.destroy());
  upstream.setNoDelay(true);
  acceptUpgrade(client.socket, request, pairs(answer.response.rawHeaders));
  if (answer.firstBytes.length > 0) client.socket.write(answer.firstBytes);
  if (client.head.length > 0) upstream.write(client.head);
  tunnel(client.socket, upstream);
}

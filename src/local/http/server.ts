import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureVersion } from 'node:tls';
import { LandfallError } from '../../base/errors.js';
import type { Clock } from '../contract/clock.js';
import type { Handler, HttpResponse } from '../contract/http.js';
import type { TraceStore } from '../trace.js';
import { Connections } from './connections.js';
import { isTunnelled, replayWithoutUpgrade } from './downgrade.js';
import { answer, answerMalformed, answerUpgrade } from './exchange.js';

export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  readonly tls?: { readonly cert: string; readonly key: string; readonly minVersion?: SecureVersion };
  /** Offers HTTP/2 beside HTTP/1.1; only with `tls`. Default false. */
  readonly http2?: boolean;
  readonly handler: Handler;
  readonly traces: TraceStore;
  readonly clock: Clock;
  /** How long an idle connection stays open; default 60 000. */
  readonly keepAliveMs?: number;
  /** Told what the handler threw, and of response bodies that failed. Not of clients that left. */
  readonly onError?: (error: unknown, traceId: string) => void;
  /** What to answer to that which is no request; its body is bytes or null. Default: the status without a body. */
  readonly refusal?: (status: 400 | 408 | 431) => HttpResponse;
}

export interface RunningServer {
  readonly port: number;
  /**
   * Accepts nothing more, ends idle connections and tunnels (WebSockets) at once, and the others with their requests in
   * flight, at the latest after `graceMs`.
   */
  close(options: { readonly graceMs: number }): Promise<void>;
}

const MAX_HEADER_BYTES = 65_536;
const DEFAULT_KEEP_ALIVE_MS = 60_000;

/** As the load balancer and CloudFront take at once. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html (read 2026-11-25) */
const MAX_STREAMS = 128;

/** @throws LandfallError `PORT_TAKEN` */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const connections = new Connections();
  const server = create(options);
  const context = { ...options, connections };
  server.on('connection', (socket: Socket) => {
    connections.opened(socket);
    if (!options.tls) connections.ready(socket);
  });
  server.on('secureConnection', (socket: Socket) => {
    connections.ready(socket);
  });
  server.on('session', connections.session.bind(connections));
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(context, request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (isTunnelled(request)) answerUpgrade(context, request, socket, head);
    else
      replayWithoutUpgrade(request, socket, head, (again) =>
        server.emit(options.tls ? 'secureConnection' : 'connection', again),
      );
  });
  server.on('clientError', (error: Error, socket: Socket) => {
    answerMalformed(context, error, socket);
  });
  await listen(server, options.port, options.host ?? '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  return { port, close: ({ graceMs }) => close(server, connections, options.clock, graceMs) };
}

function create(options: ServeOptions): Server | Http2SecureServer {
  const http1 = {
    maxHeaderSize: MAX_HEADER_BYTES,
    keepAliveTimeout: options.keepAliveMs ?? DEFAULT_KEEP_ALIVE_MS,
    // An upload may take as long as it makes progress; Node's own limit is five minutes.
    requestTimeout: 0,
    headersTimeout: 60_000,
    // Refused in our own words.
    requireHostHeader: false,
  };
  if (!options.tls) return createHttp({ ...http1, noDelay: true });
  if (!options.http2) return createHttps({ ...http1, ...options.tls, noDelay: true });
  const settings = { maxHeaderListSize: MAX_HEADER_BYTES, maxConcurrentStreams: MAX_STREAMS };
  const server = createSecureServer({ ...options.tls, allowHTTP1: true, settings });
  // Node takes the limits for HTTP/1.1 on such a server as properties only.
  return Object.assign(server, http1);
}

function listen(server: Server | Http2SecureServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException): void => {
      reject(error.code === 'EADDRINUSE' ? portTaken(port, host, error) : error);
    };
    server.once('error', refused);
    server.listen({ port, host }, () => {
      server.off('error', refused);
      resolve();
    });
  });
}

function portTaken(port: number, host: string, cause: Error): LandfallError {
  return new LandfallError(
    {
      code: 'PORT_TAKEN',
      message: `Port ${String(port)} on ${host} is in use by another program.`,
      fix: 'Stop that program, or choose other ports with --port-base <port>.',
    },
    { cause },
  );
}

function close(
  server: Server | Http2SecureServer,
  connections: Connections,
  clock: Clock,
  graceMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(graceMs, () => {
      connections.destroyAll();
    });
    server.close(() => {
      cancel();
      resolve();
    });
    connections.drain();
  });
}

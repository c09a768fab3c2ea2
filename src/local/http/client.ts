import { createRequire } from 'node:module';
import type { Dispatcher, Pool } from 'undici';
import type { Handler, HttpRequest, HttpResponse } from '../contract/http.js';
import { endToEnd } from './headers.js';
import { connectUpgrade } from './upstream-upgrade.js';
import { upstreamError } from './upstream-errors.js';
import { UpstreamExchange } from './upstream-exchange.js';

export interface UpstreamOptions {
  /** Such as `http://127.0.0.1:3001`; the host is dialled, and `Host` stays as the request has it. */
  readonly origin: string;
  /** Default 10 000. */
  readonly connectTimeoutMs?: number;
  /** How long the upstream may take to its response head; default 60 000. 0 waits for ever. */
  readonly headersTimeoutMs?: number;
  /** How long it may then be silent between two chunks, or a tunnel both ways; default 60 000. 0 waits for ever. */
  readonly idleTimeoutMs?: number;
  /** Whether connections are used again; default true. */
  readonly keepAlive?: boolean;
  /** For an `https:` origin. */
  readonly tls?: { readonly ca?: string; readonly serverName?: string; readonly rejectUnauthorized?: boolean };
}

export interface Upstream extends Handler {
  /** Ends all connections, those in use too. */
  close(): Promise<void>;
}

/** Settings with every default filled in. */
export type UpstreamSettings = Required<Omit<UpstreamOptions, 'tls'>> & Pick<UpstreamOptions, 'tls'>;

const DEFAULTS = { connectTimeoutMs: 10_000, headersTimeoutMs: 60_000, idleTimeoutMs: 60_000, keepAlive: true };

/** A handler that passes requests on to another server, streaming both ways. It opens a connection when it needs one. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const settings: UpstreamSettings = { ...DEFAULTS, ...options };
  let pool: Pool | undefined;
  return {
    request: (request) => forward((pool ??= createPool(settings)), settings, request),
    upgrade: (request, socket, head) => connectUpgrade(settings, request, socket, head),
    close: () => pool?.destroy() ?? Promise.resolve(),
  };
}

const require = createRequire(import.meta.url);

function createPool(settings: UpstreamSettings): Pool {
  // Loaded when the first request goes out: commands that only synthesise start faster.
  const { Pool } = require('undici') as typeof import('undici');
  const { ca, serverName, rejectUnauthorized } = settings.tls ?? {};
  return new Pool(settings.origin, {
    connectTimeout: settings.connectTimeoutMs,
    headersTimeout: settings.headersTimeoutMs,
    bodyTimeout: settings.idleTimeoutMs,
    pipelining: settings.keepAlive ? 1 : 0,
    maxHeaderSize: 65_536,
    connect: {
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    },
  });
}

function forward(pool: Pool, settings: UpstreamSettings, request: HttpRequest): Promise<HttpResponse> {
  if (request.signal.aborted) {
    return Promise.reject(upstreamError(request.signal.reason, settings.origin, request.signal));
  }
  const servername = settings.tls?.serverName;
  const options: Dispatcher.DispatchOptions & { servername?: string } = {
    path: request.target,
    method: request.method,
    headers: flatHeaders(request),
    body: request.body,
    // Else undici opens a new connection whenever `Host` changes.
    ...(servername === undefined ? {} : { servername }),
  };
  return new Promise((resolve, reject) => {
    pool.dispatch(options, new UpstreamExchange(request, settings.origin, resolve, reject));
  });
}

// undici refuses `Expect`; the server has answered it already.
function flatHeaders(request: HttpRequest): string[] {
  const flat: string[] = [];
  for (const [name, value] of endToEnd(request.headers)) {
    if (name.length !== 6 || name.toLowerCase() !== 'expect') flat.push(name, value);
  }
  return flat;
}

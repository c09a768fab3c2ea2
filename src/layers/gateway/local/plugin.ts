import type { Clock } from '../../../local/contract/clock.js';
import type { CacheServer } from '../../../local/contract/context.js';
import type { Handler, HeaderPair, HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import type { LuaWorker } from './lua/worker.js';
import type { Found } from './router.js';

/** What one request carries through the plugins. */
export interface Exchange {
  /** Unique in its gateway. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** As it goes to the service; plugins replace it. */
  request: HttpRequest;
  /** As it came. */
  readonly original: HttpRequest;
  readonly found: Found | undefined;
  /** What the response will have, whoever answers: headers in order; a status where a plugin answers by it. */
  readonly early: { status: number; headers: HeaderPair[] };
  /** What is answered instead when the request's body broke off on the way, such as one that grew too large. */
  brokenOff?: HttpResponse;
  /** The request's body, where a plugin has read it. */
  body?: Buffer;
  /** Where it goes instead of the service's own upstream. */
  target?: { readonly name: string; readonly port: number };
  /** As `kong.response.get_source` says it: a plugin or the gateway answered, the service did, or it could not. */
  source: 'exit' | 'service' | 'error';
  /** The service's response, as it came. */
  upstream?: HttpResponse;
  /** The response, once its head is settled. */
  answered?: HttpResponse;
}

/** Kong's plugin: in TypeScript, or what runs its Lua. */
export interface Plugin {
  readonly name: string;
  /** Higher runs first, as in Kong. */
  readonly priority: number;
  /** Answers itself, or lets the request go on. */
  access?(exchange: Exchange): HttpResponse | undefined | Promise<HttpResponse | undefined>;
  /** Changes the response's head. @throws UpstreamError when the connection must end */
  headerFilter?(exchange: Exchange, response: HttpResponse): HttpResponse;
  /** Changes one chunk of the body; the last one may be empty. @throws UpstreamError when the connection must end */
  bodyFilter?(exchange: Exchange, chunk: Buffer, last: boolean): Chunk;
  /** After the response. */
  log?(exchange: Exchange, response: HttpResponse): void;
}

/** What of a body is sent on. After the last nothing follows. */
export interface Chunk {
  readonly chunk: Buffer;
  readonly last: boolean;
}

/** What plugins may use of the plane. */
export interface PluginContext {
  readonly clock: Clock;
  /** The local port that stands for 443 at the edge: browsers name it in `Origin`. */
  readonly edgePort: number;
  reach(name: string, port: number): Handler | undefined;
  /** Where Lua's sockets connect for a name and a port; undefined where the name does not resolve. Absent: nowhere. */
  readonly dial?: (name: string, port: number) => { readonly host: string; readonly port: number } | undefined;
  /** PEM of the authority that Lua's sockets trust. */
  readonly caCertificate?: string;
  /** Kong's settings as the image has them, such as `KONG_UNTRUSTED_LUA`. Absent: Kong's own defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The image's own Lua, by its path under `plugins`; undefined where there is none. Absent: what images are made from. */
  readonly imageLua?: (path: string) => string | undefined;
  /** The variables of the gateway's task, for references such as `{vault://env/redis-password}`. */
  readonly env?: Readonly<Record<string, string>>;
  /** The cache of this name; undefined when there is none. */
  readonly cache?: (name: string) => CacheServer | undefined;
  /** Takes a line of Kong's error log. @param level nginx's: 3 critical, 4 error, 5 warning, 6 notice, 7 info, 8 debug */
  readonly log?: (level: number, message: string) => void;
  /** Aborts when the gateway stops. */
  readonly signal?: AbortSignal;
}

/** Makes a plugin of its configuration. @throws when the configuration is not one that Kong takes */
export type PluginFactory = (
  config: Readonly<Record<string, unknown>>,
  ctx: PluginContext & { readonly lua: LuaWorker },
) => Plugin;

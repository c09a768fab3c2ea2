import type { Clock } from '../../../local/contract/clock.js';
import type { CacheServer } from '../../../local/contract/context.js';
import type { Handler, HeaderPair, HttpRequest, HttpResponse } from '../../../local/contract/http.js';

/** What one request carries through the plugins. */
export interface Exchange {
  /** As it goes to the service; plugins replace it. */
  request: HttpRequest;
  /** As it came. */
  readonly original: HttpRequest;
  /** Headers that plugins add to the response, in order. */
  readonly responseHeaders: HeaderPair[];
  /** What is answered instead when the request's body broke off on the way, such as one that grew too large. */
  brokenOff?: HttpResponse;
}

/** Kong's plugin, in TypeScript. */
export interface Plugin {
  readonly name: string;
  /** Higher runs first, as in Kong. */
  readonly priority: number;
  /** Answers itself, or lets the request go on. */
  access?(exchange: Exchange): HttpResponse | undefined | Promise<HttpResponse | undefined>;
  /** Changes the response's headers. */
  headerFilter?(exchange: Exchange, response: HttpResponse): HttpResponse;
}

/** What plugins may use of the plane. */
export interface PluginContext {
  readonly clock: Clock;
  /** The local port that stands for 443 at the edge: browsers name it in `Origin`. */
  readonly edgePort: number;
  reach(name: string, port: number): Handler | undefined;
  /** The variables of the gateway's task, for references such as `{vault://env/redis-password}`. */
  readonly env?: Readonly<Record<string, string>>;
  /** The cache of this name; undefined when there is none. */
  readonly cache?: (name: string) => CacheServer | undefined;
  /** Aborts when the gateway stops. */
  readonly signal?: AbortSignal;
}

/** Makes a plugin of its configuration. @throws when the configuration is not one that Landfall writes */
export type PluginFactory = (config: Readonly<Record<string, unknown>>, ctx: PluginContext) => Plugin;

import { Readable, type Duplex } from 'node:stream';
import { LandfallError } from '../../../base/errors.js';
import {
  UpstreamError,
  type Handler,
  type HeaderPair,
  type HttpRequest,
  type HttpResponse,
} from '../../../local/contract/http.js';
import type { Hop } from '../../../local/contract/trace.js';
import { header, withHeader } from '../../../local/http/headers.js';
import { json } from '../../../local/http/responses.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import type { Declarative, DeclaredPlugin, DeclaredService } from './declarative.js';
import { upstreamTarget } from './paths.js';
import { pluginFactories } from './plugins.js';
import type { Exchange, Plugin, PluginContext } from './plugin.js';
import { createRouter, type Found } from './router.js';

/** The service's upstream: where it is, and the Host it wants. */
interface Upstream {
  readonly name: string;
  readonly port: number;
  readonly hostHeader: string | undefined;
}

export interface GatewayContext extends PluginContext {
  /** The Terraform address that traces name. */
  readonly address: string;
}

/** Kong's path through a request, from `kong.yml`: route, plugins by priority, upstream. */
export class LocalGateway implements Handler {
  readonly #find: (method: string, target: string) => Found | undefined;
  readonly #plugins = new Map<string, readonly Plugin[]>();
  readonly #global: readonly Plugin[];
  readonly #upstreams = new Map<string, Upstream>();

  /** @throws LandfallError `PLUGIN_UNKNOWN` */
  constructor(
    declarative: Declarative,
    private readonly ctx: GatewayContext,
  ) {
    this.#find = createRouter(declarative);
    this.#global = order(declarative.plugins.map((plugin) => makePlugin(plugin, ctx)));
    for (const service of declarative.services) {
      this.#upstreams.set(service.name, upstreamOf(declarative, service));
      for (const route of service.routes) {
        const own = [...service.plugins, ...route.plugins].map((plugin) => makePlugin(plugin, ctx));
        this.#plugins.set(route.name, order([...this.#global, ...own]));
      }
    }
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const hop = this.#hop(request);
    const exchange: Exchange = { request, original: request, responseHeaders: [] };
    const found = this.#find(request.method, request.target);
    const plugins = found === undefined ? this.#global : (this.#plugins.get(found.route.name) ?? this.#global);
    note(hop, found);
    const own = (await this.#access(plugins, exchange, hop)) ?? (found === undefined ? noRoute(request) : undefined);
    const response = own ?? (await this.#proxy(found, exchange));
    const final = headersOf(plugins, exchange, response);
    hop.end(final.status);
    return final;
  }

  async upgrade(request: HttpRequest, socket: Duplex, head: Buffer): Promise<void> {
    const hop = this.#hop(request);
    const exchange: Exchange = { request, original: request, responseHeaders: [] };
    const found = this.#find(request.method, request.target);
    note(hop, found);
    const plugins = found === undefined ? this.#global : (this.#plugins.get(found.route.name) ?? this.#global);
    const own = (await this.#access(plugins, exchange, hop)) ?? (found === undefined ? noRoute(request) : undefined);
    const upstream = found === undefined ? undefined : this.#upstreams.get(found.service.name);
    const handler = upstream === undefined ? undefined : this.ctx.reach(upstream.name, upstream.port);
    hop.end(own?.status ?? 'upgrade');
    if (own !== undefined || upstream === undefined || handler === undefined)
      refuseUpgrade(socket, request, own ?? unreachable());
    else await handler.upgrade(forwarded(exchange.request, upstream), socket, head);
  }

  #hop(request: HttpRequest): Hop {
    return request.trace.hop({ layer: 'gateway', address: this.ctx.address, name: 'Kong' });
  }

  async #access(plugins: readonly Plugin[], exchange: Exchange, hop: Hop): Promise<HttpResponse | undefined> {
    for (const plugin of plugins) {
      if (plugin.access === undefined) continue;
      const started = this.ctx.clock.monotonic();
      const outcome = plugin.access(exchange);
      const response = outcome instanceof Promise ? await outcome : outcome;
      const took = `${(this.ctx.clock.monotonic() - started).toFixed(3)} ms`;
      hop.note(`plugin ${plugin.name}`, response === undefined ? took : `${took}, answered ${String(response.status)}`);
      if (response !== undefined) return response;
    }
    return undefined;
  }

  async #proxy(found: Found | undefined, exchange: Exchange): Promise<HttpResponse> {
    const upstream = found === undefined ? undefined : this.#upstreams.get(found.service.name);
    const handler = upstream === undefined ? undefined : this.ctx.reach(upstream.name, upstream.port);
    if (upstream === undefined || handler === undefined) return unreachable();
    try {
      const response = await handler.request(forwarded(exchange.request, upstream));
      if (exchange.brokenOff === undefined) return response;
      // The load balancer has its own word for a body that broke off.
      if (response.body instanceof Readable) response.body.destroy();
      return exchange.brokenOff;
    } catch (error) {
      if (exchange.brokenOff !== undefined) return exchange.brokenOff;
      if (!(error instanceof UpstreamError)) throw error;
      return error.reason === 'timeout'
        ? json(504, { message: 'The upstream server is timing out' })
        : json(502, { message: 'An invalid response was received from the upstream server' });
    }
  }
}

/** As Kong says it, with the id of the request. */
const noRoute = ({ trace }: HttpRequest): HttpResponse =>
  json(404, { message: 'no Route matched with those values', request_id: trace.id });

const unreachable = (): HttpResponse => json(503, { message: 'name resolution failed' });

function note(hop: Hop, found: Found | undefined): void {
  hop.note('route', found?.route.name ?? 'none');
  if (found !== undefined) hop.note('service', found.service.name);
}

/** Highest priority first. */
const order = (plugins: readonly Plugin[]): readonly Plugin[] => plugins.toSorted((a, b) => b.priority - a.priority);

function makePlugin({ name, config }: DeclaredPlugin, ctx: PluginContext): Plugin {
  const factory = pluginFactories[name];
  if (factory !== undefined) return factory(config, ctx);
  throw new LandfallError({
    code: 'PLUGIN_UNKNOWN',
    message: `kong.yml uses the plugin ${name}, which the local gateway does not have.`,
    fix: `It has: ${Object.keys(pluginFactories).sort().join(', ')}.`,
  });
}

function upstreamOf(declarative: Declarative, service: DeclaredService): Upstream {
  const upstream = declarative.upstreams.find(({ name }) => name === service.host);
  const [target] = upstream?.targets ?? [];
  if (target === undefined) return { name: service.host, port: service.port, hostHeader: undefined };
  const [name = '', port = String(service.port)] = target.target.split(':');
  return { name, port: Number(port), hostHeader: upstream?.host_header };
}

/** The request as Kong sends it on. @see https://developer.konghq.com/gateway/entities/route/#preserve-host (read 2026-11-23) */
function forwarded(request: HttpRequest, { hostHeader, name, port }: Upstream): HttpRequest {
  const host = header(request.headers, 'host') ?? '';
  const set = (headers: readonly HeaderPair[], key: string, value: string) =>
    header(headers, key) === undefined ? withHeader(headers, key, value) : headers;
  let headers = set(request.headers, 'X-Forwarded-Host', host.replace(/:\d+$/, ''));
  headers = set(headers, 'X-Forwarded-Path', request.target.split('?', 1)[0] ?? '/');
  headers = withHeader(headers, 'Host', hostHeader ?? `${name}:${String(port)}`);
  return { ...request, target: upstreamTarget(request.target), headers };
}

function headersOf(plugins: readonly Plugin[], exchange: Exchange, response: HttpResponse): HttpResponse {
  const filtered = plugins.reduce((current, plugin) => plugin.headerFilter?.(exchange, current) ?? current, response);
  return exchange.responseHeaders.length === 0
    ? filtered
    : { ...filtered, headers: [...filtered.headers, ...exchange.responseHeaders] };
}

import { Readable, type Duplex } from 'node:stream';
import { LandfallError } from '../../../base/errors.js';
import { UpstreamError, type Handler, type HttpRequest, type HttpResponse } from '../../../local/contract/http.js';
import type { Hop } from '../../../local/contract/trace.js';
import { json } from '../../../local/http/responses.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import type { Declarative, DeclaredPlugin } from './declarative.js';
import { filtered } from './filters.js';
import { LuaWorker } from './lua/worker.js';
import { pluginFactories } from './plugins.js';
import type { Exchange, Plugin, PluginContext } from './plugin.js';
import { createRouter, type Found } from './router.js';
import { forwarded, upstreamOf, type Upstream } from './upstream.js';

export interface GatewayContext extends PluginContext {
  /** The Terraform address that traces name. */
  readonly address: string;
}

type Equipped = GatewayContext & { readonly lua: LuaWorker };

/** Kong's path through a request, from `kong.yml`: route, plugins by priority, upstream. */
export class LocalGateway implements Handler {
  readonly #find: (method: string, target: string) => Found | undefined;
  readonly #plugins = new Map<string, readonly Plugin[]>();
  readonly #global: readonly Plugin[];
  readonly #upstreams = new Map<string, Upstream>();
  #lastId = 0;
  #open = 0;
  #whenIdle: () => void = () => undefined;

  private constructor(
    declarative: Declarative,
    private readonly ctx: Equipped,
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

  /** @throws LandfallError `PLUGIN_UNKNOWN`, `PLUGIN_REFUSED` */
  static async start(declarative: Declarative, ctx: GatewayContext): Promise<LocalGateway> {
    return new LocalGateway(declarative, { ...ctx, lua: await LuaWorker.start(ctx) });
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const hop = this.#hop(request);
    const exchange = this.#begin(request, hop);
    const plugins = this.#pluginsOf(exchange);
    try {
      const own = await this.#access(plugins, exchange, hop);
      const response = own ?? (await this.#proxy(exchange));
      const final = filtered(plugins, exchange, response, () => this.#end(exchange));
      hop.end(final.status);
      return final;
    } catch (error) {
      if (exchange.upstream?.body instanceof Readable) exchange.upstream.body.destroy();
      // nginx logs a client that left by this status of its own.
      for (const plugin of plugins) plugin.log?.(exchange, { status: 499, headers: [], body: null });
      this.#end(exchange);
      hop.end(error instanceof UpstreamError ? error.reason : 'failed');
      throw error;
    }
  }

  async upgrade(request: HttpRequest, socket: Duplex, head: Buffer): Promise<void> {
    const hop = this.#hop(request);
    const exchange = this.#begin(request, hop);
    const plugins = this.#pluginsOf(exchange);
    try {
      const own = await this.#access(plugins, exchange, hop);
      const upstream = this.#upstreamOf(exchange);
      const handler = upstream && this.ctx.reach(upstream.name, upstream.port);
      hop.end(own?.status ?? 'upgrade');
      if (own !== undefined || upstream === undefined || handler === undefined)
        refuseUpgrade(
          socket,
          request,
          filtered(plugins, exchange, own ?? unreachable(), () => undefined),
        );
      else await handler.upgrade(forwarded(exchange.request, upstream), socket, head);
    } finally {
      this.#end(exchange);
    }
  }

  /** Resolves when the last open request is over; nothing of its Lua is left then. */
  async close(): Promise<void> {
    if (this.#open > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    this.ctx.lua.close();
  }

  #hop(request: HttpRequest): Hop {
    return request.trace.hop({ layer: 'gateway', address: this.ctx.address, name: 'Kong' });
  }

  #begin(request: HttpRequest, hop: Hop): Exchange {
    const found = this.#find(request.method, request.target);
    note(hop, found);
    this.#open += 1;
    return {
      id: (this.#lastId += 1),
      startedMs: this.ctx.clock.now(),
      request,
      original: request,
      found,
      early: { status: 0, headers: [] },
      source: 'exit',
    };
  }

  #end(exchange: Exchange): void {
    this.ctx.lua.forget(exchange);
    this.#open -= 1;
    if (this.#open === 0) this.#whenIdle();
  }

  #pluginsOf({ found }: Exchange): readonly Plugin[] {
    return found === undefined ? this.#global : (this.#plugins.get(found.route.name) ?? this.#global);
  }

  #upstreamOf({ found, target }: Exchange): Upstream | undefined {
    const own = found && this.#upstreams.get(found.service.name);
    return own && target !== undefined ? { ...own, ...target } : own;
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
    return exchange.found === undefined ? noRoute(exchange.original) : undefined;
  }

  async #proxy(exchange: Exchange): Promise<HttpResponse> {
    const upstream = this.#upstreamOf(exchange);
    const handler = upstream && this.ctx.reach(upstream.name, upstream.port);
    exchange.source = 'error';
    if (upstream === undefined || handler === undefined) return unreachable();
    // Access may have taken long.
    if (exchange.request.signal.aborted) throw new UpstreamError('aborted', 'The client has gone.');
    try {
      const response = await handler.request(forwarded(exchange.request, upstream));
      if (exchange.brokenOff === undefined) {
        exchange.source = 'service';
        exchange.upstream = response;
        return response;
      }
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

function makePlugin({ name, config }: DeclaredPlugin, ctx: Equipped): Plugin {
  const factory = pluginFactories[name];
  if (factory === undefined)
    throw new LandfallError({
      code: 'PLUGIN_UNKNOWN',
      message: `kong.yml uses the plugin ${name}, which the local gateway does not have.`,
      fix: `It has: ${Object.keys(pluginFactories).sort().join(', ')}.`,
    });
  try {
    return factory(config, ctx);
  } catch (cause) {
    throw new LandfallError(
      {
        code: 'PLUGIN_REFUSED',
        message: `kong.yml configures the plugin ${name} in a way that Kong would refuse, or with Lua that does not compile: ${cause instanceof Error ? cause.message : String(cause)}`,
        fix: 'Correct it where the configuration comes from, then deploy again.',
      },
      { cause },
    );
  }
}

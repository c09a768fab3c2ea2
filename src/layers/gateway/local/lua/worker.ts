import { randomUUID } from 'node:crypto';
import { UpstreamError, type HttpResponse } from '../../../../local/contract/http.js';
import { json } from '../../../../local/http/responses.js';
import { imageSettings, type ImageSettings } from '../image-settings.js';
import type { Exchange, Plugin, PluginContext } from '../plugin.js';
import { bytesOf, textOf, type LuaValue } from './codec.js';
import { text } from './hosts/arguments.js';
import { issuerHosts } from './hosts/issuer.js';
import { later, nodeHosts } from './hosts/node.js';
import { requestHosts } from './hosts/request.js';
import { responseHosts } from './hosts/response.js';
import { socketHosts } from './hosts/sockets.js';
import { fromJson } from './json.js';
import { moduleText, prelude } from './program.js';
import { newScope, type Draft, type Hosts, type Scope } from './scope.js';
import { LuaError, LuaVm, Results, type Outcome, type Ref } from './vm.js';
import { loadLua, type LuaApi } from './wasm.js';

/** Of Kong's log: a problem, and what a plugin noted. */
const levels = { error: 4, warn: 5 } as const;

type Phase = 'access' | 'header_filter' | 'body_filter' | 'log';

/** One nginx worker: a Lua of its own, in which snippets and plugins run. */
export class LuaWorker {
  readonly #vm: LuaVm<Scope>;
  readonly #refs: Readonly<Record<'functions' | 'plugin' | 'run' | 'body_filter' | 'forget' | 'timer', Ref>>;
  readonly #timers = new Map<number, () => void>();
  /** Requests that Lua keeps something of. */
  readonly #known = new Set<number>();
  readonly #image: ImageSettings;

  private constructor(
    lua: LuaApi,
    private readonly ctx: PluginContext,
  ) {
    this.#image = imageSettings(ctx.settings ?? {});
    this.#vm = new LuaVm<Scope>(lua);
    const member = this.#vm.start(prelude(), 'prelude', this.#hosts(), newScope());
    this.#refs = {
      functions: member('functions'),
      plugin: member('plugin'),
      run: member('run'),
      body_filter: member('body_filter'),
      forget: member('forget'),
      timer: member('timer'),
    };
    ctx.signal?.addEventListener('abort', () => this.#stop(), { once: true });
  }

  static async start(ctx: PluginContext): Promise<LuaWorker> {
    return new LuaWorker(await loadLua(), ctx);
  }

  /** Snippets as `pre-function` and `post-function` have them. @throws LuaError when one is no Lua */
  functions(name: string, priority: number, texts: Readonly<Record<Phase, readonly string[]>>): Plugin {
    const given = Object.entries(texts).filter(([, chunks]) => chunks.length > 0);
    const { untrustedLua, sandboxRequires } = this.#image;
    const args = [fromJson(Object.fromEntries(given)), untrustedLua, fromJson(sandboxRequires)];
    const [id] = this.#now(this.#refs.functions, args);
    return this.#plugin(
      name,
      priority,
      Number(id),
      given.map(([phase]) => phase),
    );
  }

  /** A plugin of the image, by its own Lua. @throws LuaError when its schema refuses the configuration */
  plugin(name: string, config: Readonly<Record<string, unknown>>): Plugin {
    const [id, priority, phases] = this.#now(this.#refs.plugin, [name, fromJson(config)]);
    return this.#plugin(name, Number(priority), Number(id), text(phases).split(' '));
  }

  /** The request is over: what its phases shared goes. */
  forget({ id }: Exchange): void {
    if (this.#known.delete(id)) this.#now(this.#refs.forget, [id]);
  }

  /** Once no request is open any more. */
  close(): void {
    this.#vm.close();
  }

  #plugin(name: string, priority: number, id: number, phases: readonly string[]): Plugin {
    return {
      name,
      priority,
      ...(phases.includes('access') && { access: (exchange: Exchange) => this.#access(id, exchange) }),
      ...(phases.includes('header_filter') && {
        headerFilter: (exchange: Exchange, response: HttpResponse) => this.#headerFilter(id, exchange, response),
      }),
      ...(phases.includes('body_filter') && {
        bodyFilter: (exchange: Exchange, chunk: Buffer, last: boolean) => this.#bodyFilter(id, exchange, chunk, last),
      }),
      ...(phases.includes('log') && {
        log: (exchange: Exchange, response: HttpResponse) => this.#log(id, exchange, response),
      }),
    };
  }

  #access(id: number, exchange: Exchange): HttpResponse | undefined | Promise<HttpResponse | undefined> {
    const scope = this.#scope(exchange, exchange.early);
    const answer = (outcome: Outcome): HttpResponse | undefined => {
      closeAll(scope);
      if (outcome === 'exited' && scope.exitStatus === undefined)
        throw new UpstreamError('aborted', 'The client has gone.');
      return ownAnswer(scope);
    };
    const failed = (error: unknown): HttpResponse => {
      closeAll(scope);
      this.#complain(error);
      return json(500, { message: 'An unexpected error occurred' });
    };
    try {
      const signal = this.#image.endsWithClient ? exchange.original.signal : undefined;
      const outcome = this.#vm.run(this.#refs.run, [id, 'access', exchange.id], scope, signal);
      return outcome instanceof Promise ? outcome.then(answer, failed) : answer(outcome);
    } catch (error) {
      if (error instanceof UpstreamError) throw error;
      return failed(error);
    }
  }

  #headerFilter(id: number, exchange: Exchange, response: HttpResponse): HttpResponse {
    const draft = { status: response.status, headers: [...response.headers] };
    this.#filter(this.#refs.run, [id, 'header_filter', exchange.id], this.#scope(exchange, draft));
    return { ...response, ...draft };
  }

  #bodyFilter(
    id: number,
    exchange: Exchange,
    chunk: Buffer,
    last: boolean,
  ): { readonly chunk: Buffer; readonly last: boolean } {
    const scope = this.#scope(exchange, draftOf(exchange.answered));
    const args = [id, exchange.id, chunk.toString('latin1'), last];
    const [changed, ended] = this.#filter(this.#refs.body_filter, args, scope);
    const bytes = typeof changed === 'string' ? Buffer.from(changed, 'latin1') : Buffer.alloc(0);
    return { chunk: bytes, last: ended === true };
  }

  #log(id: number, exchange: Exchange, response: HttpResponse): void {
    try {
      this.#now(this.#refs.run, [id, 'log', exchange.id], this.#scope(exchange, draftOf(response)));
    } catch (error) {
      this.#complain(error);
    }
  }

  #scope(exchange: Exchange, draft: Draft): Scope {
    this.#known.add(exchange.id);
    return newScope({ exchange, draft });
  }

  /** nginx ends the connection when a filter fails: the response may be half sent. */
  #filter(ref: Ref, args: readonly LuaValue[], scope: Scope): readonly LuaValue[] {
    try {
      return this.#now(ref, args, scope);
    } catch (error) {
      this.#complain(error);
      throw new UpstreamError('reset', 'Lua failed while it filtered the response.', { cause: error });
    }
  }

  /** @throws LuaError also when it would wait */
  #now(ref: Ref, args: readonly LuaValue[], scope: Scope = newScope()): readonly LuaValue[] {
    const outcome = this.#vm.run(ref, args, scope);
    if (outcome instanceof Promise) throw new LuaError('attempt to yield across C-call boundary');
    return outcome === 'exited' ? [] : outcome;
  }

  #complain(error: unknown): void {
    if (!(error instanceof LuaError)) throw error;
    this.ctx.log?.(levels.error, error.message);
  }

  #hosts(): Hosts {
    return {
      ...requestHosts,
      ...responseHosts,
      ...issuerHosts(this.ctx),
      ...nodeHosts({ ...this.ctx, nodeId: randomUUID() }),
      ...socketHosts(this.ctx),
      shared_dictionaries: () => this.#image.sharedDictionaries.map(bytesOf),
      source: ([name]) => {
        const found = moduleText(textOf(text(name)), this.ctx.imageLua);
        return found === undefined ? undefined : bytesOf(found);
      },
      timer: ([id, delay]) => this.#schedule(Number(id), Number(delay)),
    };
  }

  #schedule(id: number, seconds: number): LuaValue | Results {
    if (this.ctx.signal?.aborted === true) return new Results(undefined, 'process exiting');
    this.#timers.set(
      id,
      later(this.ctx, seconds, () => void this.#fire(id, false)),
    );
    return true;
  }

  async #fire(id: number, premature: boolean): Promise<void> {
    this.#timers.delete(id);
    const scope = newScope();
    try {
      await this.#vm.run(this.#refs.timer, [id, premature], scope);
    } catch (error) {
      this.#complain(error);
    } finally {
      closeAll(scope);
    }
  }

  /** Timers that have not fired do so now, and are told that it is too early. */
  #stop(): void {
    for (const [id, cancel] of [...this.#timers]) {
      cancel();
      void this.#fire(id, true);
    }
  }
}

function closeAll({ opened }: Scope): void {
  for (const close of opened) close();
}

const draftOf = (response: HttpResponse | undefined) => ({
  status: response?.status ?? 0,
  headers: [...(response?.headers ?? [])],
});

/** What access answers itself; undefined when the request goes on. */
function ownAnswer({ exitStatus, printed, draft }: Scope): HttpResponse | undefined {
  if (printed.length > 0) {
    const body = Buffer.from(printed.join(''), 'latin1');
    return { status: draft?.status === 0 ? 200 : (draft?.status ?? 200), headers: [], body };
  }
  return exitStatus === undefined || exitStatus < 200 ? undefined : { status: exitStatus, headers: [], body: null };
}

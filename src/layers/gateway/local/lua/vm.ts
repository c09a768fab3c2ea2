import { Codec, textOf, type LuaValue } from './codec.js';
import { registry, status, type LuaApi, type LuaState } from './wasm.js';

/** What Lua said when it failed. */
export class LuaError extends Error {
  override readonly name = 'LuaError';
}

/** Several results of one host function. */
export class Results {
  readonly values: readonly LuaValue[];
  constructor(...values: readonly LuaValue[]) {
    this.values = values;
  }
}

/** One call of Lua that runs or waits. `Scope` is what host functions may know of it. */
export interface Run<Scope> {
  readonly scope: Scope;
  readonly thread: Thread;
  readonly signal: AbortSignal | undefined;
  /** What it waits for. */
  pending: Promise<Results> | undefined;
  /** It has ended in the middle, as `ngx.exit` ends a handler. */
  exited: boolean;
}

/** A function of the host that Lua calls. An error that it throws is a Lua error. */
export type HostFunction<Scope> = (args: readonly LuaValue[], run: Run<Scope>) => LuaValue | Results;

/** What a call came to: its results, or `exited`. */
export type Outcome = readonly LuaValue[] | 'exited';

interface Thread {
  readonly state: LuaState;
}

/** A compiled function, kept for the host. */
export type Ref = bigint;

/** A state's host functions by the number that their closures carry. Lua runs in one thread: whose turn it is can be one variable. */
let running: { readonly call: (state: LuaState) => number } | undefined;

const dispatchers = new WeakMap<LuaApi, number>();

function dispatcher(lua: LuaApi): number {
  const known = dispatchers.get(lua) ?? lua.addFunction((state) => running?.call(state) ?? 0, 'ii');
  dispatchers.set(lua, known);
  return known;
}

/** One Lua state: a program, its host functions, and the coroutines that its calls run in. */
export class LuaVm<Scope> {
  readonly #state: LuaState;
  readonly #codec: Codec;
  readonly #hosts: HostFunction<Scope>[] = [];
  readonly #idle: Thread[] = [];
  readonly #count: number;
  #current: Run<Scope> | undefined;
  #closed = false;
  #open = 0;
  readonly #turn = { call: (state: LuaState): number => this.#host(state) };

  constructor(private readonly lua: LuaApi) {
    this.#state = lua._luaL_newstate();
    this.#codec = new Codec(lua);
    this.#count = lua._malloc(4);
    lua._luaL_openlibs(this.#state);
  }

  /**
   * Compiles a text and runs it with the host functions as its first argument.
   * @returns the functions in the table that it returned, by name
   * @throws LuaError
   */
  start(
    text: string,
    name: string,
    hosts: Readonly<Record<string, HostFunction<Scope>>>,
    scope: Scope,
  ): (name: string) => Ref {
    const { lua } = this;
    const thread = this.#takeThread();
    this.#load(thread.state, text, name);
    this.#pushHosts(thread.state, hosts);
    const run = { scope, thread, signal: undefined, pending: undefined, exited: false };
    const code = this.#resume(run, 1);
    if (code !== status.ok) throw this.#failed(run);
    const exported = lua._luaL_ref(thread.state, registry);
    this.#release(thread);
    return (wanted) => this.#member(BigInt(exported), wanted);
  }

  /**
   * Calls a function. A call that waits for nothing is over at once.
   * @param signal ends it while it waits
   * @throws LuaError at once, or by the promise
   */
  run(ref: Ref, args: readonly LuaValue[], scope: Scope, signal?: AbortSignal): Outcome | Promise<Outcome> {
    const thread = this.#takeThread();
    this.lua._lua_rawgeti(thread.state, registry, ref);
    for (const value of args) this.#codec.push(thread.state, value);
    return this.#continue({ scope, thread, signal, pending: undefined, exited: false }, args.length);
  }

  /** Forgets everything once no call waits any more. What waits now never goes on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#open === 0) this.lua._lua_close(this.#state);
  }

  #continue(run: Run<Scope>, args: number): Outcome | Promise<Outcome> {
    const code = this.#resume(run, args);
    if (code === status.yielded) return this.#wait(run);
    if (code !== status.ok) throw this.#failed(run);
    const { state } = run.thread;
    const count = this.lua._lua_gettop(state);
    const results = Array.from({ length: count }, (_, index) => this.#codec.read(state, index + 1));
    this.#release(run.thread);
    return results;
  }

  #resume(run: Run<Scope>, args: number): number {
    const before = { vm: running, run: this.#current };
    running = this.#turn;
    this.#current = run;
    try {
      return this.lua._lua_resume(run.thread.state, 0, args, this.#count);
    } finally {
      running = before.vm;
      this.#current = before.run;
    }
  }

  #wait(run: Run<Scope>): Outcome | Promise<Outcome> {
    const { lua } = this;
    const { state } = run.thread;
    lua._lua_settop(state, 0);
    if (run.exited) return this.#drop(run);
    const { pending = turnOfTheLoop(), signal } = run;
    run.pending = undefined;
    return unlessAborted(pending, signal).then((results) => {
      if (results === undefined || this.#closed) return this.#drop(run);
      for (const value of results.values) this.#codec.push(state, value);
      return this.#continue(run, results.values.length);
    });
  }

  /** Ends it where it stands. */
  #drop({ thread }: Run<Scope>): Outcome {
    this.lua._lua_resetthread(thread.state);
    this.#release(thread);
    return 'exited';
  }

  #failed({ thread }: Run<Scope>): LuaError {
    const message = textOf(this.#codec.describe(thread.state, -1));
    this.lua._lua_resetthread(thread.state);
    this.#release(thread);
    return new LuaError(message);
  }

  #takeThread(): Thread {
    if (this.#closed) throw new LuaError('the gateway has stopped');
    this.#open += 1;
    return this.#idle.pop() ?? this.#newThread();
  }

  // Kept in the registry for ever: an idle coroutine is used again.
  #newThread(): Thread {
    const state = this.lua._lua_newthread(this.#state);
    this.lua._luaL_ref(this.#state, registry);
    return { state };
  }

  #release(thread: Thread): void {
    this.lua._lua_settop(thread.state, 0);
    this.#open -= 1;
    this.#idle.push(thread);
    if (this.#closed && this.#open === 0) this.lua._lua_close(this.#state);
  }

  #load(state: LuaState, text: string, name: string): void {
    const { lua } = this;
    const source = Buffer.from(text, 'utf8');
    const at = lua._malloc(source.length);
    lua.HEAPU8.set(source, at);
    const code = lua._luaL_loadbufferx(state, at, source.length, this.#codec.write(`=${name}`), 0);
    lua._free(at);
    if (code !== status.ok) throw new LuaError(textOf(this.#codec.describe(state, -1)));
  }

  #member(table: Ref, name: string): Ref {
    const { lua } = this;
    const state = this.#state;
    lua._lua_rawgeti(state, registry, table);
    const members = lua._lua_absindex(state, -1);
    lua._lua_pushnil(state);
    while (lua._lua_next(state, members) !== 0) {
      if (this.#codec.readString(state, -2) === name) {
        const ref = lua._luaL_ref(state, registry);
        lua._lua_settop(state, 0);
        return BigInt(ref);
      }
      lua._lua_settop(state, -2);
    }
    throw new LuaError(`the program has no function ${name}`);
  }

  #pushHosts(state: LuaState, hosts: Readonly<Record<string, HostFunction<Scope>>>): void {
    const { lua } = this;
    lua._lua_createtable(state, 0, 0);
    for (const [name, host] of Object.entries(hosts)) {
      this.#codec.pushString(state, name);
      lua._lua_pushnumber(state, this.#hosts.push(host) - 1);
      lua._lua_pushcclosure(state, dispatcher(lua), 1);
      lua._lua_rawset(state, -3);
    }
  }

  #host(state: LuaState): number {
    let failure: string;
    try {
      return this.#answer(state);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    // Outside of the try: this leaves the function by an exception of its own.
    this.lua._luaL_where(state, 1);
    this.#codec.pushString(state, failure);
    this.lua._lua_concat(state, 2);
    return this.lua._lua_error(state);
  }

  #answer(state: LuaState): number {
    const { lua } = this;
    const run = this.#current;
    const host = this.#hosts[lua._lua_tonumberx(state, registry - 1, 0)];
    if (run === undefined || host === undefined) return 0;
    const count = lua._lua_gettop(state);
    const args: LuaValue[] = [];
    for (let index = 1; index <= count; index += 1) args.push(this.#codec.read(state, index));
    const answer = host(args, run);
    if (!(answer instanceof Results)) {
      this.#codec.push(state, answer);
      return 1;
    }
    lua._lua_checkstack(state, answer.values.length);
    for (const value of answer.values) this.#codec.push(state, value);
    return answer.values.length;
  }
}

const turnOfTheLoop = (): Promise<Results> => new Promise((resolve) => setImmediate(() => resolve(new Results())));

/** What a promise comes to; undefined once the signal aborts. */
function unlessAborted(promise: Promise<Results>, signal: AbortSignal | undefined): Promise<Results | undefined> {
  if (signal === undefined) return promise;
  return new Promise((resolve) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve).finally(() => signal.removeEventListener('abort', abort));
  });
}

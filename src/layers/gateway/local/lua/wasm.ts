import { LuaWasm } from 'wasmoon';

/** A `lua_State`: the address of one, or of a coroutine in it. */
export type LuaState = number;

/** The parts of Lua 5.4's C API that are used, as WebAssembly exports them: addresses and sizes are numbers, 64-bit integers bigints. */
export interface LuaApi {
  /** The memory; another object after it has grown. */
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  addFunction(callback: (state: LuaState) => number, signature: 'ii'): number;
  _luaL_newstate(): LuaState;
  _luaL_openlibs(state: LuaState): void;
  _luaL_loadbufferx(state: LuaState, text: number, bytes: number, name: number, mode: number): number;
  _luaL_ref(state: LuaState, table: number): number;
  _luaL_where(state: LuaState, level: number): void;
  _luaL_tolstring(state: LuaState, index: number, length: number): number;
  _lua_close(state: LuaState): void;
  _lua_newthread(state: LuaState): LuaState;
  _lua_resetthread(state: LuaState): number;
  _lua_resume(state: LuaState, from: LuaState, args: number, results: number): number;
  _lua_gettop(state: LuaState): number;
  _lua_settop(state: LuaState, index: number): void;
  _lua_absindex(state: LuaState, index: number): number;
  _lua_checkstack(state: LuaState, slots: number): number;
  _lua_type(state: LuaState, index: number): number;
  _lua_toboolean(state: LuaState, index: number): number;
  _lua_tonumberx(state: LuaState, index: number, isNumber: number): number;
  _lua_tolstring(state: LuaState, index: number, length: number): number;
  _lua_next(state: LuaState, index: number): number;
  _lua_rawgeti(state: LuaState, index: number, key: bigint): number;
  _lua_rawset(state: LuaState, index: number): void;
  _lua_rawseti(state: LuaState, index: number, key: bigint): void;
  _lua_createtable(state: LuaState, list: number, record: number): void;
  _lua_pushnil(state: LuaState): void;
  _lua_pushboolean(state: LuaState, value: number): void;
  _lua_pushnumber(state: LuaState, value: number): void;
  _lua_pushinteger(state: LuaState, value: bigint): void;
  _lua_pushlstring(state: LuaState, text: number, bytes: number): number;
  _lua_pushlightuserdata(state: LuaState, pointer: number): void;
  _lua_pushcclosure(state: LuaState, callback: number, upvalues: number): void;
  _lua_concat(state: LuaState, count: number): void;
  _lua_error(state: LuaState): number;
}

/** Where values live that the host keeps: `LUA_REGISTRYINDEX` of Lua 5.4. */
export const registry = -1_001_000;

/** What a call of Lua ends with. */
export const status = { ok: 0, yielded: 1 } as const;

/** `lua_type`'s answers. */
export const types = { nil: 0, boolean: 1, lightUserdata: 2, number: 3, string: 4, table: 5, function: 6 } as const;

let loading: Promise<LuaApi> | undefined;

/** Lua 5.4 in WebAssembly, compiled once. Each gateway task has a state of its own in it. */
export function loadLua(): Promise<LuaApi> {
  // wasmoon's own wrappers take texts as UTF-8; the exports beneath them take bytes.
  loading ??= LuaWasm.initialize().then(({ module }) => module as unknown as LuaApi);
  return loading;
}

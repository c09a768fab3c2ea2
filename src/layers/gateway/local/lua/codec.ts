import { types, type LuaApi, type LuaState } from './wasm.js';

/**
 * A value on its way into Lua or out of it. Texts are bytes, one a character (`latin1`), as header lines are in Node. `null` is cjson's
 * null. An array goes in as a list; every table comes out as a Map, lists with the keys 1, 2, ….
 */
export type LuaValue = undefined | null | boolean | number | string | readonly LuaValue[] | LuaTable;
export type LuaTable = ReadonlyMap<string | number, LuaValue>;

/** A text as UTF-8 bytes. */
export const bytesOf = (text: string): string => (isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1'));

/** UTF-8 bytes as a text. */
export const textOf = (bytes: string): string =>
  isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

/** Under this, a loop in JavaScript is faster than a call of Buffer's. */
const shortBytes = 48;

const deepest = 100;

/** Moves values between JavaScript and the stacks of one Lua. */
export class Codec {
  #scratch: number;
  #scratchBytes = 4096;
  readonly #length: number;
  #memory: Buffer;

  constructor(private readonly lua: LuaApi) {
    this.#scratch = lua._malloc(this.#scratchBytes);
    this.#length = lua._malloc(4);
    this.#memory = Buffer.from(lua.HEAPU8.buffer);
  }

  push(state: LuaState, value: LuaValue): void {
    const { lua } = this;
    if (value === undefined) lua._lua_pushnil(state);
    else if (value === null) lua._lua_pushlightuserdata(state, 0);
    else if (typeof value === 'string') this.pushString(state, value);
    else if (typeof value === 'boolean') lua._lua_pushboolean(state, value ? 1 : 0);
    else if (typeof value === 'number') this.#pushNumber(state, value);
    else this.#pushTable(state, value);
  }

  pushString(state: LuaState, bytes: string): void {
    this.lua._lua_pushlstring(state, this.write(bytes), bytes.length);
  }

  /** Puts bytes where Lua can read them until the next call, a NUL behind them. @returns their address */
  write(bytes: string): number {
    const { length } = bytes;
    if (length + 1 > this.#scratchBytes) this.#grow(length + 1);
    const at = this.#scratch;
    if (length > shortBytes) this.#buffer().write(bytes, at, 'latin1');
    else {
      const memory = this.lua.HEAPU8;
      for (let index = 0; index < length; index += 1) memory[at + index] = bytes.charCodeAt(index);
    }
    this.lua.HEAPU8[at + length] = 0;
    return at;
  }

  /** @throws Error when it is a function, a coroutine, or too deep */
  read(state: LuaState, index: number, depth = 0): LuaValue {
    const { lua } = this;
    switch (lua._lua_type(state, index)) {
      case types.string:
        return this.readString(state, index);
      case types.number:
        return lua._lua_tonumberx(state, index, 0);
      case types.boolean:
        return lua._lua_toboolean(state, index) !== 0;
      case types.table:
        return this.#readTable(state, index, depth);
      case types.lightUserdata:
        return null;
      case types.function:
        throw new Error('a function cannot leave Lua');
      default:
        return undefined;
    }
  }

  /** Of a string, or of a number, which becomes one where it stands. */
  readString(state: LuaState, index: number): string {
    return this.#bytesAt(this.lua._lua_tolstring(state, index, this.#length));
  }

  /** Whatever stands there, as `tostring` says it. */
  describe(state: LuaState, index: number): string {
    const text = this.#bytesAt(this.lua._luaL_tolstring(state, index, this.#length));
    this.lua._lua_settop(state, -2);
    return text;
  }

  #bytesAt(pointer: number): string {
    const length = this.#buffer().readUInt32LE(this.#length);
    if (length > shortBytes) return this.#memory.toString('latin1', pointer, pointer + length);
    const memory = this.lua.HEAPU8;
    let text = '';
    for (let index = pointer; index < pointer + length; index += 1) text += String.fromCharCode(memory[index] ?? 0);
    return text;
  }

  // Lua tells 200 from 200.0 when it makes a text of it; LuaJIT knows 200 alone.
  #pushNumber(state: LuaState, value: number): void {
    if (Number.isSafeInteger(value)) this.lua._lua_pushinteger(state, BigInt(value));
    else this.lua._lua_pushnumber(state, value);
  }

  #pushTable(state: LuaState, value: readonly LuaValue[] | LuaTable): void {
    const { lua } = this;
    lua._lua_checkstack(state, 4);
    if (isList(value)) {
      lua._lua_createtable(state, value.length, 0);
      for (const [index, one] of value.entries()) {
        this.push(state, one);
        lua._lua_rawseti(state, -2, BigInt(index + 1));
      }
      return;
    }
    lua._lua_createtable(state, 0, value.size);
    for (const [key, one] of value) {
      this.push(state, key);
      this.push(state, one);
      lua._lua_rawset(state, -3);
    }
  }

  #readTable(state: LuaState, index: number, depth: number): LuaTable {
    if (depth > deepest) throw new Error('a table is too deep to leave Lua');
    const { lua } = this;
    const table = lua._lua_absindex(state, index);
    const result = new Map<string | number, LuaValue>();
    lua._lua_checkstack(state, 4);
    lua._lua_pushnil(state);
    while (lua._lua_next(state, table) !== 0) {
      const key = this.read(state, -2, depth + 1);
      if (typeof key === 'string' || typeof key === 'number') result.set(key, this.read(state, -1, depth + 1));
      lua._lua_settop(state, -2);
    }
    return result;
  }

  #grow(bytes: number): void {
    this.lua._free(this.#scratch);
    this.#scratchBytes = 2 ** Math.ceil(Math.log2(bytes));
    this.#scratch = this.lua._malloc(this.#scratchBytes);
  }

  /** The memory as a Buffer: another one after it has grown. */
  #buffer(): Buffer {
    const { buffer } = this.lua.HEAPU8;
    if (this.#memory.buffer !== buffer) this.#memory = Buffer.from(buffer);
    return this.#memory;
  }
}

const isList = (value: readonly LuaValue[] | LuaTable): value is readonly LuaValue[] => Array.isArray(value);

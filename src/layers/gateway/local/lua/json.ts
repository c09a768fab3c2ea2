import { bytesOf, textOf, type LuaTable, type LuaValue } from './codec.js';

/** JSON as cjson reads it: null is cjson's own. @throws SyntaxError */
export const decodeJson = (bytes: string): LuaValue => fromJson(JSON.parse(textOf(bytes)));

/** A JSON value, or a configuration's, as Lua has it. */
export function fromJson(value: unknown): LuaValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string') return bytesOf(value);
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== 'object') return undefined;
  return new Map(Object.entries(value).map(([key, one]) => [bytesOf(key), fromJson(one)]));
}

/** As cjson writes it: an empty table is an object, a slash has a backslash before it. @throws Error for what JSON cannot hold */
export const encodeJson = (value: LuaValue): string =>
  bytesOf(JSON.stringify(toJson(value)).replaceAll('/', String.raw`\/`));

/** A Lua value as JSON has it. @throws Error for what JSON cannot hold */
export function toJson(value: LuaValue): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error('Cannot serialise number: must not be NaN or Infinity');
    return Number(value.toPrecision(14));
  }
  if (value instanceof Map) return tableToJson(value as LuaTable);
  return (value as readonly LuaValue[]).map(toJson);
}

function tableToJson(table: LuaTable): unknown {
  const list = Array.from({ length: table.size }, (_, index) => table.get(index + 1));
  if (list.length > 0 && list.every((one) => one !== undefined)) return list.map(toJson);
  return Object.fromEntries([...table].map(([key, one]) => [textOf(String(key)), toJson(one)]));
}

import { LuaError } from '../vm.js';
import type { LuaTable, LuaValue } from '../codec.js';

/** A text, or a number as one. @throws LuaError */
export function text(value: LuaValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new LuaError(`bad argument (string expected, got ${nameOf(value)})`);
}

/** @throws LuaError */
export function number(value: LuaValue): number {
  const result = typeof value === 'string' ? Number(value) : value;
  if (typeof result === 'number' && !Number.isNaN(result)) return result;
  throw new LuaError(`bad argument (number expected, got ${nameOf(value)})`);
}

/** The texts of a list, or the one text; none of nil. @throws LuaError */
export function texts(value: LuaValue): readonly string[] {
  if (value === undefined) return [];
  return isTable(value) ? [...value.values()].map(text) : [text(value)];
}

export const isTable = (value: LuaValue): value is LuaTable => value instanceof Map;

function nameOf(value: LuaValue): string {
  if (value === undefined) return 'nil';
  return isTable(value) ? 'table' : typeof value;
}

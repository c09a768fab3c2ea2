import type { HeaderPair } from '../../../../../local/contract/http.js';
import type { LuaTable, LuaValue } from '../codec.js';
import { Results } from '../vm.js';

/**
 * Headers as ngx_lua gives them: names in lower case unless `raw`, several values of one name as a list.
 * @param max how many lines are looked at; 0: all. Beyond it the second result says `truncated`
 */
export function headerTable(headers: readonly HeaderPair[], max: number, raw: boolean): LuaTable | Results {
  const table = new Map<string, LuaValue>();
  const seen = max === 0 ? headers : headers.slice(0, max);
  for (const [given, value] of seen) {
    const name = raw ? given : given.toLowerCase();
    table.set(name, oneMore(table.get(name), value));
  }
  return seen.length < headers.length ? new Results(table, 'truncated') : table;
}

/** A value beside those that a name had: one stands alone, more are a list. */
export function oneMore(before: LuaValue, value: LuaValue): LuaValue {
  if (before === undefined) return value;
  return isList(before) ? [...before, value] : [before, value];
}

const isList = (value: LuaValue): value is readonly LuaValue[] => Array.isArray(value);

/** Sets a field to these values: where its first line stood, else at the end. No values: it goes. */
export function withValues(headers: readonly HeaderPair[], name: string, values: readonly string[]): HeaderPair[] {
  const wanted = name.toLowerCase();
  const at = headers.findIndex(([key]) => key.toLowerCase() === wanted);
  const set = values.map((value): HeaderPair => [name, value]);
  if (at === -1) return [...headers, ...set];
  const rest = headers.slice(at).filter(([key]) => key.toLowerCase() !== wanted);
  return [...headers.slice(0, at), ...set, ...rest];
}

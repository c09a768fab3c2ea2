/** What can stand in a Lua table that is written out. */
export type LuaValue =
  string | number | boolean | { readonly [key: string]: LuaValue | undefined } | readonly LuaValue[];

const isList = (value: LuaValue): value is readonly LuaValue[] => Array.isArray(value);

/**
 * A value as Lua's source text, on one line: `{ service = "offers", retry_after = 45 }`. Keys are names that Lua takes as they are.
 * Bytes outside printable ASCII are written as `\ddd`, which every Lua reads.
 */
export function luaLiteral(value: LuaValue): string {
  if (typeof value === 'string') return `"${[...Buffer.from(value)].map(luaByte).join('')}"`;
  if (typeof value !== 'object') return String(value);
  const entries = isList(value)
    ? value.map(luaLiteral)
    : Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [`${key} = ${luaLiteral(item)}`]));
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function luaByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === '"' || character === '\\') return `\\${character}`;
  return byte >= 32 && byte < 127 ? character : `\\${String(byte).padStart(3, '0')}`;
}

import type { HeaderPair } from '../contract/http.js';

export type Headers = readonly HeaderPair[];

/** Fields that belong to one connection, not to the message (RFC 9110 §7.6.1, read 2026-11-10). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** `Connection` may not name these away: the message would mean something else without them. */
const ALWAYS_KEPT: ReadonlySet<string> = new Set(['host', 'content-length']);

/** Whether a field belongs to one connection. `lowerName` is in lower case. */
export function isHopByHop(lowerName: string): boolean {
  return HOP_BY_HOP.has(lowerName);
}

/** The first value of a field, whatever its spelling. */
export function header(headers: Headers, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of headers) if (isNamed(key, wanted)) return value;
  return undefined;
}

/** All values of a field, in order, one for each line. */
export function allValues(headers: Headers, name: string): string[] {
  const wanted = name.toLowerCase();
  return headers.filter(([key]) => isNamed(key, wanted)).map(([, value]) => value);
}

/** All fields but those named. */
export function without(headers: Headers, ...names: readonly string[]): HeaderPair[] {
  const unwanted = new Set(names.map((name) => name.toLowerCase()));
  return headers.filter(([key]) => !unwanted.has(key.toLowerCase()));
}

/** Sets a field: the first one of that name is replaced where it stands, others of that name go; else it is added at the end. */
export function withHeader(headers: Headers, name: string, value: string): HeaderPair[] {
  const wanted = name.toLowerCase();
  const result: HeaderPair[] = [];
  let placed = false;
  for (const pair of headers) {
    if (!isNamed(pair[0], wanted)) result.push(pair);
    else if (!placed) {
      result.push([name, value]);
      placed = true;
    }
  }
  if (!placed) result.push([name, value]);
  return result;
}

/** Adds a line at the end, beside any of the same name. */
export function withAppended(headers: Headers, name: string, value: string): HeaderPair[] {
  return [...headers, [name, value]];
}

/** What a proxy passes on: no hop-by-hop fields, and none that `Connection` names. */
export function endToEnd(headers: Headers): Headers {
  const named = namedByConnection(headers);
  return headers.filter(([key]) => {
    const name = key.toLowerCase();
    return !HOP_BY_HOP.has(name) && !(named?.has(name) && !ALWAYS_KEPT.has(name));
  });
}

/** Node's flat `[name, value, name, value…]` as pairs. */
export function pairs(raw: readonly string[]): HeaderPair[] {
  const result: HeaderPair[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) result.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return result;
}

function namedByConnection(headers: Headers): ReadonlySet<string> | undefined {
  let named: Set<string> | undefined;
  for (const [key, value] of headers) {
    if (!isNamed(key, 'connection')) continue;
    named ??= new Set();
    for (const token of value.split(',')) named.add(token.trim().toLowerCase());
  }
  return named;
}

// The length tells most names apart without making a string.
function isNamed(key: string, lowerName: string): boolean {
  return key.length === lowerName.length && key.toLowerCase() === lowerName;
}

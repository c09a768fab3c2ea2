/** The object without keys whose value is undefined, so that it can be spread over defaults. */
export function defined<T extends object>(value: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(value ?? {}).filter(([, one]) => one !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** A deep copy of a config with some places changed: `{ 'services.web.port': 1 }`. `undefined` removes the key. */
export function edited(input: object, changes: Readonly<Record<string, unknown>>): unknown {
  const copy: unknown = structuredClone(input);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>(descend, copy);
    if (typeof parent !== 'object' || parent === null) throw new Error(`${path} leads nowhere`);
    if (value === undefined) Reflect.deleteProperty(parent, last);
    else Reflect.set(parent, last, value);
  }
  return copy;
}

function descend(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Object.hasOwn(value, key)) Reflect.set(value, key, {});
  return Reflect.get(value, key);
}

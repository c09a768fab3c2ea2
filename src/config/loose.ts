/**
 * A config as it came, possibly wrong anywhere: what the checks read. Whatever is not of the expected kind is left out here,
 * since the schema reports it.
 */
export interface LooseProject {
  readonly root: Fields;
  readonly services: readonly LooseEntry[];
  readonly environments: readonly LooseEntry[];
}

export type Fields = Readonly<Record<string, unknown>>;

/** One entry of `services` or `environments`. */
export interface LooseEntry {
  readonly name: string;
  readonly fields: Fields;
}

export function looseProject(input: unknown): LooseProject {
  const root = fields(input);
  return { root, services: entries(root['services']), environments: entries(root['environments']) };
}

/** The value as an object; empty when it is none. */
export function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The named objects of an object. */
export function entries(value: unknown): readonly LooseEntry[] {
  return Object.entries(fields(value)).flatMap(([name, one]) => (isFields(one) ? [{ name, fields: one }] : []));
}

/** The list's items with their index; empty when it is no list. */
export function items(value: unknown): readonly { readonly index: number; readonly value: unknown }[] {
  return Array.isArray(value) ? value.map((one: unknown, index) => ({ index, value: one })) : [];
}

/** The list's texts with their index. */
export function texts(value: unknown): readonly { readonly index: number; readonly value: string }[] {
  return items(value).flatMap(({ index, value: one }) => (typeof one === 'string' ? [{ index, value: one }] : []));
}

export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
export const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/**
 * Expressions of the Stack. A value is a literal, or an `Expr`: a template of literal text and references.
 * Literals are plain JavaScript values and are never escaped here; `terraform-json.ts` escapes them when it writes.
 */

/** One reference into the Stack, such as `aws_lb.main.dns_name`. `path` may hold literal indices and the legacy splat `*`. */
export interface Reference {
  readonly kind: 'resource' | 'data' | 'ephemeral' | 'var';
  /** `aws_lb.main` for a resource, `aws_region.current` for a data source, the bare name for a variable. */
  readonly target: string;
  readonly path: readonly (string | number)[];
}

declare const valueType: unique symbol;

/** An expression that evaluates to a `T`. Exactly one part that is a reference keeps that reference's type; else it is a string. */
export class Expr<out T> {
  declare readonly [valueType]: T;
  constructor(readonly parts: readonly (string | Reference)[]) {}

  /** Every reference in this expression, in order. */
  get references(): readonly Reference[] {
    return this.parts.filter((part): part is Reference => typeof part !== 'string');
  }

  toJSON(): never {
    throw new TypeError(
      'An expression has no JSON form: write the Stack with terraform-json, or embed it with jsonText().',
    );
  }

  toString(): never {
    throw new TypeError('An expression was used as a string: use template`…` so that the reference is kept.');
  }
}

/** A literal or an expression of that type. */
export type Value<T> = T | Expr<T>;

/** Joins text and expressions: template`https://${attr(lb, 'dns_name')}/`. */
export function template(strings: TemplateStringsArray, ...values: readonly Value<string | number>[]): Expr<string> {
  const parts: (string | Reference)[] = [strings[0] ?? ''];
  values.forEach((value, index) => {
    parts.push(...partsOf(value), strings[index + 1] ?? '');
  });
  return new Expr(mergeText(parts));
}

/** Joins values with nothing between them. */
export function concat(...values: readonly Value<string | number>[]): Expr<string> {
  return new Expr(mergeText(values.flatMap(partsOf)));
}

/**
 * JSON text of `value` (object keys in the given order) in which expressions stay references, for arguments such as `policy` and
 * `container_definitions`. The referenced values must need no JSON escaping (ARNs, names, URLs).
 */
export function jsonText(value: unknown): Expr<string> {
  return new Expr(mergeText(jsonParts(value)));
}

function jsonParts(value: unknown): (string | Reference)[] {
  if (value instanceof Expr)
    return ['"', ...value.parts.map((part) => (typeof part === 'string' ? jsonInner(part) : part)), '"'];
  if (Array.isArray(value)) return ['[', ...joined(value.map(jsonParts)), ']'];
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return ['{', ...joined(entries.map(([key, item]) => [`${JSON.stringify(key)}:`, ...jsonParts(item)])), '}'];
  }
  // `undefined` in a list has no text of its own: JSON writes null for it.
  return [JSON.stringify(value ?? null)];
}

const jsonInner = (text: string): string => JSON.stringify(text).slice(1, -1);

function joined(items: readonly (string | Reference)[][]): (string | Reference)[] {
  return items.flatMap((item, index) => (index === 0 ? item : [',', ...item]));
}

function partsOf(value: Value<string | number>): readonly (string | Reference)[] {
  return value instanceof Expr ? value.parts : [String(value)];
}

function mergeText(parts: readonly (string | Reference)[]): (string | Reference)[] {
  const merged: (string | Reference)[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part === '') continue;
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part;
    else merged.push(part);
  }
  return merged;
}

/** Every reference anywhere inside `value` (arguments, lists, nested blocks). */
export function referencesIn(value: unknown): Reference[] {
  if (value instanceof Expr) return [...value.references];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(referencesIn);
  return [];
}

import { z } from 'zod';
import { fields } from './loose.js';
import type { Place } from './mistake.js';

type Schema = z.core.$ZodType;

/** The schema that a place of the input answers to, without `optional`; a union's member is chosen by the input's `type`. */
export function schemaAt(root: Schema, input: unknown, at: Place): Schema | undefined {
  let schema: Schema | undefined = root;
  let value = input;
  for (const key of at) {
    schema = schema && childOf(chosen(schema, value), key);
    value = childValue(value, key);
  }
  return schema && chosen(schema, value);
}

/** The keys that a strict object knows; empty for anything else. */
export function knownKeys(schema: Schema | undefined): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The own value under a key. */
export function childValue(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return (value as readonly unknown[])[Number(key)];
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? fields(value)[key] : undefined;
}

/** The value at a place. */
export function valueAt(input: unknown, at: Place): unknown {
  return at.reduce<unknown>(childValue, input);
}

function chosen(schema: Schema, value: unknown): Schema | undefined {
  if (schema instanceof z.ZodOptional) return chosen(schema.unwrap(), value);
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const type = fields(value)['type'];
  return schema.options.find(
    (option) =>
      option instanceof z.ZodObject &&
      option.shape['type'] instanceof z.ZodLiteral &&
      option.shape['type'].value === type,
  );
}

function childOf(schema: Schema | undefined, key: string | number): Schema | undefined {
  if (schema instanceof z.ZodObject) {
    const shape: Readonly<Record<string, Schema>> = schema.shape;
    return Object.hasOwn(shape, key) ? shape[key] : undefined;
  }
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodArray ? schema.element : undefined;
}

import { z } from 'zod';

/** What a schema accepts, as a noun phrase: `a whole number from 1 to 65535`. */
export function kindOf(schema: z.core.$ZodType | undefined): string {
  if (schema instanceof z.ZodOptional) return kindOf(schema.unwrap());
  if (schema instanceof z.ZodNumber) return numberKind(schema);
  if (schema instanceof z.ZodString) return stringKind(schema);
  if (schema instanceof z.ZodStringFormat) return 'text';
  if (schema instanceof z.ZodBoolean) return '`true` or `false`';
  if (schema instanceof z.ZodArray) return schema.element instanceof z.ZodString ? 'a list of texts' : 'a list';
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.map((option) => `"${String(option)}"`).join(', ')}`;
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String).join(', ');
  return 'an object';
}

function numberKind({ minValue, maxValue, format }: z.ZodNumber): string {
  const isInt = format !== null;
  const kind = isInt ? 'a whole number' : 'a number';
  const min =
    minValue === null || !Number.isSafeInteger(minValue) || minValue === Number.MIN_SAFE_INTEGER ? undefined : minValue;
  const max =
    maxValue === null || !Number.isFinite(maxValue) || maxValue === Number.MAX_SAFE_INTEGER ? undefined : maxValue;
  if (min === undefined) return kind;
  if (max === undefined) return isInt ? `${kind} from ${String(min)}` : `${kind} above ${String(min)}`;
  return `${kind} from ${String(min)} to ${String(max)}`;
}

function stringKind({ minLength, maxLength }: z.ZodString): string {
  const min = minLength ?? 0;
  if (maxLength !== null && maxLength > 0)
    return `text of at most ${String(maxLength)} characters${min > 0 ? ', not empty' : ''}`;
  return min > 0 ? 'text that is not empty' : 'text';
}

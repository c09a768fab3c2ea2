import { z } from 'zod';
import { keyName, mistake, shown, type Mistake, type Place } from './mistake.js';
import { nearest, suggestion } from './nearest.js';
import { projectSchema } from './schema.js';
import { knownKeys, schemaAt, valueAt } from './schema-walk.js';
import { kindOf } from './kind.js';

/** Stands for "the schema gave no phrase of its own". */
const noPhrase = '';

/** What the schema finds wrong: unknown and missing keys, wrong types and values. */
export function shapeMistakes(input: unknown): readonly Mistake[] {
  const result = projectSchema.safeParse(input, { error: () => noPhrase });
  return result.success ? [] : result.error.issues.flatMap((issue) => mistakesOf(issue, input));
}

function mistakesOf(issue: z.core.$ZodIssue, input: unknown): readonly Mistake[] {
  const at = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, at, input));
  const value = valueAt(input, at);
  if (value === undefined) return [missing(at, input)];
  if (issue.code === 'invalid_union' && issue.discriminator !== undefined) return [notOneOf(at, value, serviceTypes)];
  if (issue.code === 'invalid_value') return [notOneOf(at, value, issue.values)];
  const emptyList = issue.code === 'too_small' && issue.origin === 'array';
  const phrase = emptyList
    ? 'a list with something in it'
    : issue.message === noPhrase
      ? kindOf(schemaAt(projectSchema, input, at))
      : issue.message;
  const wrongType = issue.code === 'invalid_type' || (issue.code === 'custom' && typeof value !== 'string');
  const code = wrongType ? 'CONFIG_WRONG_TYPE' : 'CONFIG_INVALID_VALUE';
  return [mistake(code, at, `${keyName(at)} is ${shown(value, at)}, not ${phrase}.`, `Write ${phrase}.`)];
}

const serviceTypes: readonly string[] = ['nestjs', 'nextjs', 'spa', 'worker'];

/** Keys of an environment that are looked for in a service. */
const sizes = ['tier', 'minInstances', 'maxInstances', 'scaling'];

function unknownKey(key: string, at: Place, input: unknown): Mistake {
  const place = at.length === 0 ? 'the configuration' : keyName(at);
  const misplaced = at.length === 2 && at[0] === 'services' && sizes.includes(key);
  const fix = misplaced
    ? `Sizes belong to an environment: write it in \`environments.<name>.services.${String(at[1])}\` or \`environments.<name>.defaults\`.`
    : suggestion(key, knownKeys(schemaAt(projectSchema, input, at)));
  return mistake('CONFIG_UNKNOWN_KEY', [...at, key], `"${key}" is not a key of ${place}.`, fix);
}

function missing(at: Place, input: unknown): Mistake {
  const schema = schemaAt(projectSchema, input, at);
  const description = schema instanceof z.ZodType ? schema.description : undefined;
  const hint =
    at.length === 3 && at[2] === 'type'
      ? `One of ${serviceTypes.join(', ')}.`
      : (description ?? `It is ${kindOf(schema)}.`);
  return mistake('CONFIG_MISSING_KEY', at, `${keyName(at)} is missing.`, `Add it. ${hint}`);
}

function notOneOf(at: Place, value: unknown, known: readonly unknown[]): Mistake {
  const code = typeof value === typeof known[0] ? 'CONFIG_INVALID_VALUE' : 'CONFIG_WRONG_TYPE';
  const message = `${keyName(at)} is ${shown(value, at)}, which is not one of its values.`;
  const words = known.filter((one) => typeof one === 'string');
  const fix = words.length > 0 ? suggestion(String(value), words) : `Write one of ${known.map(String).join(', ')}.`;
  return mistake(code, at, message, fix);
}

/**
 * The input with each misspelt service type replaced by the nearest known one, so that the rest of such a service is checked too;
 * undefined when nothing is to replace.
 */
export function withNearestTypes(input: unknown): unknown {
  const services = valueAt(input, ['services']);
  if (typeof input !== 'object' || typeof services !== 'object' || services === null) return undefined;
  const corrected = Object.entries(services).flatMap(([name, service]: [string, unknown]) => {
    const type = valueAt(service, ['type']);
    const near = typeof type === 'string' && !serviceTypes.includes(type) ? nearest(type, serviceTypes) : undefined;
    return near === undefined || typeof service !== 'object' ? [] : [[name, { ...service, type: near }] as const];
  });
  return corrected.length === 0 ? undefined : { ...input, services: { ...services, ...Object.fromEntries(corrected) } };
}

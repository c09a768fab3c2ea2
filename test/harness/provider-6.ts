import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Expr } from '../../src/stack/expr.js';
import type { Stack } from '../../src/stack/stack.js';

export type Argument = readonly [required: 0 | 1, kind: string, of?: Arguments];
export type Arguments = Readonly<Record<string, Argument>>;

/** Types by name; made by `scripts/provider-6.mjs`. */
export const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'provider-6.66.gen.json'), 'utf8')) as Readonly<
  Record<string, Arguments>
>;

/** Types that the schema at hand does not describe: `terraform validate` with 5.100 is all that checks them. */
export const undescribed = [
  'aws_cloudwatch_log_delivery',
  'aws_cloudwatch_log_delivery_destination',
  'aws_cloudwatch_log_delivery_source',
  'terraform_data',
];

/** What 6.66 would refuse in `args`. */
export function mistakes(path: string, args: Readonly<Record<string, unknown>>, known: Arguments): readonly string[] {
  const given = Object.entries(args).filter(([, value]) => value !== undefined && value !== null);
  const unknown = given.filter(([key]) => known[key] === undefined).map(([key]) => `${path}.${key}: unknown`);
  const missing = Object.entries(known)
    .filter(([key, [required]]) => required === 1 && !given.some(([name]) => name === key))
    .map(([key]) => `${path}.${key}: missing`);
  return [...unknown, ...missing, ...given.flatMap(([key, value]) => within(`${path}.${key}`, value, known[key]))];
}

function within(path: string, value: unknown, argument: Argument | undefined): readonly string[] {
  const [, kind = '', of] = argument ?? [];
  if (value instanceof Expr || argument === undefined || kind === 'any') return [];
  if (of !== undefined) {
    if (!Array.isArray(value)) return [`${path}: not a list of blocks`];
    const tooMany = kind === 'one' && value.length > 1 ? [`${path}: more than one`] : [];
    return [
      ...tooMany,
      ...value.flatMap((block, index) =>
        mistakes(`${path}[${String(index)}]`, block as Readonly<Record<string, unknown>>, of),
      ),
    ];
  }
  const list = kind === 'list' || kind === 'set';
  return Array.isArray(value) === list || kind === 'map' ? [] : [`${path}: ${list ? 'not a list' : 'a list'}`];
}

/** What 6.66 would refuse in a whole Stack. */
export function mistakesIn(stack: Stack): readonly string[] {
  const nodes = [
    ...stack.resources.map((node) => [node.type, node] as const),
    ...stack.data.map((node) => [`data.${node.type}`, node] as const),
  ];
  return nodes.flatMap(([type, { name, args }]) => {
    const known = schema[type];
    return known === undefined ? [] : mistakes(`${type}.${name}`, args as Readonly<Record<string, unknown>>, known);
  });
}

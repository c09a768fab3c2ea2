import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Expr } from '../../src/stack/expr.js';
import { dataSourceTypes, resourceTypes } from '../../src/stack/resource-types.js';
import { exampleConfig, synthesisOf } from '../harness/stacks.js';

type Argument = readonly [required: 0 | 1, kind: string, of?: Arguments];
type Arguments = Readonly<Record<string, Argument>>;

/** Types by name; made by `scripts/provider-6.mjs`. */
const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'harness', 'provider-6.66.gen.json'), 'utf8'),
) as Readonly<Record<string, Arguments>>;

/** Types that the schema at hand does not describe: `terraform validate` with 5.100 is all that checks them. */
const undescribed = [
  'aws_cloudwatch_log_delivery',
  'aws_cloudwatch_log_delivery_destination',
  'aws_cloudwatch_log_delivery_source',
  'terraform_data',
];

/** What 6.66 would refuse in `args`. */
function mistakes(path: string, args: Readonly<Record<string, unknown>>, known: Arguments): readonly string[] {
  const given = Object.entries(args).filter(([, value]) => value !== undefined && value !== null);
  const unknown = given.filter(([key]) => known[key] === undefined).map(([key]) => `${path}.${key}: unknown`);
  const missing = Object.entries(known)
    .filter(([key, [required]]) => required === 1 && !given.some(([name]) => name === key))
    .map(([key]) => `${path}.${key}: missing`);
  return [...unknown, ...missing, ...given.flatMap(([key, value]) => within(`${path}.${key}`, value, known[key]))];
}

function within(path: string, value: unknown, argument: Argument | undefined): readonly string[] {
  const [, kind = '', of] = argument ?? [];
  if (value instanceof Expr || argument === undefined) return [];
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

describe('provider 6.66', () => {
  test('is described for every type but those known', () => {
    const all = [...resourceTypes, ...dataSourceTypes.map((type) => `data.${type}`)];
    expect(all.filter((type) => schema[type] === undefined)).toEqual(undescribed);
  });

  test.each(['dev', 'prod'])('takes every argument of examples/full, %s', async (environment) => {
    const { stack } = synthesisOf(await exampleConfig('full'), environment);
    const nodes = [
      ...stack.resources.map((node) => [node.type, node] as const),
      ...stack.data.map((node) => [`data.${node.type}`, node] as const),
    ];
    const found = nodes.flatMap(([type, { name, args }]) => {
      const known = schema[type];
      return known === undefined ? [] : mistakes(`${type}.${name}`, args as Readonly<Record<string, unknown>>, known);
    });
    expect(found).toEqual([]);
    expect(nodes.length).toBeGreaterThan(240);
  });

  test('refuses what is wrong', () => {
    const known: Arguments = { a: [1, 'simple'], b: [0, 'one', { c: [1, 'list'] }] };
    expect(mistakes('x', { b: [{ c: 'text' }, {}], d: 1 }, known)).toEqual([
      'x.d: unknown',
      'x.a: missing',
      'x.b: more than one',
      'x.b[0].c: not a list',
      'x.b[1].c: missing',
    ]);
  });
});

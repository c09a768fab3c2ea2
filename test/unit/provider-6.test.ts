import { describe, expect, test } from 'vitest';
import { dataSourceTypes, resourceTypes } from '../../src/stack/resource-types.js';
import { mistakes, mistakesIn, schema, undescribed, type Arguments } from '../harness/provider-6.js';
import { exampleConfig, synthesisOf } from '../harness/stacks.js';

describe('provider 6.66', () => {
  test('is described for every type but those known', () => {
    const all = [...resourceTypes, ...dataSourceTypes.map((type) => `data.${type}`)];
    expect(all.filter((type) => schema[type] === undefined)).toEqual(undescribed);
  });

  test.each(['dev', 'prod'])('takes every argument of examples/full, %s', async (environment) => {
    const { stack } = synthesisOf(await exampleConfig('full'), environment);
    expect(mistakesIn(stack)).toEqual([]);
    expect(stack.resources.length).toBeGreaterThan(240);
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

import { expect, test } from 'vitest';
import { resourceTypes } from '../../stack/resource-types.js';
import { importRules } from './import-rules.js';

test('every type that Landfall emits is imported in some way, or it is said what becomes of it', () => {
  expect(Object.keys(importRules)).toEqual([...resourceTypes]);
  for (const rule of Object.values(importRules)) {
    if ('instead' in rule) expect(rule.instead).toMatch(/^[A-Z].*\.$/);
    else expect(rule.id).toMatch(/\{\w+(\.\w+)?\}/);
  }
});

test('what is found by its tags gives the id that its import needs', () => {
  for (const [type, rule] of Object.entries(importRules)) {
    if ('instead' in rule || rule.arn === undefined) continue;
    expect(rule.id, type).toMatch(/\{id\}|\{tagged\}/);
  }
});

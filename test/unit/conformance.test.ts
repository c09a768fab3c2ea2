import { describe, expect, test } from 'vitest';
import { conformanceCases } from '../conformance/index.js';

const layers = [...new Set(conformanceCases.map(({ layer }) => layer))].sort();

describe.each(layers)('%s', (layer) => {
  test.each(conformanceCases.filter((one) => one.layer === layer).map((one) => [one.name, one] as const))(
    '%s',
    (_name, one) => one.run(),
  );
});

test('every case names its source, and no two have one name', () => {
  const names = conformanceCases.map(({ layer, name }) => `${layer}: ${name}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { source } of conformanceCases)
    expect(source).toMatch(/^https:\/\/\S+ \(.*(read \d{4}-\d{2}-\d{2}|not re-read)\)$/);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFaultAt } from './json-text.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('jsonFaultAt', () => {
  it('finds no fault in JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
        expect(jsonFaultAt(JSON.stringify(JSON.parse(text), null, indent))).toBeUndefined();
      }),
    );
  });

  it('agrees with JSON.parse on damaged JSON', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', '\\', '1', ' ', '\n', 'x'),
        (text, place, damage) => {
          const at = place % (text.length + 1);
          const damaged = text.slice(0, at) + damage + text.slice(at + 1);
          expect(jsonFaultAt(damaged) === undefined).toBe(isJson(damaged));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

import type { Mistake } from './mistake.js';
import { childValue } from './schema-walk.js';

/** Mistakes sorted by where they stand in the input; those of one place keep their order. */
export function inFileOrder(mistakes: readonly Mistake[], input: unknown): readonly Mistake[] {
  return mistakes
    .map((one) => ({ one, rank: rankOf(one, input) }))
    .sort((a, b) => compare(a.rank, b.rank))
    .map(({ one }) => one);
}

/** The position of each key of the path among its siblings; what is missing comes last. */
function rankOf({ at }: Mistake, input: unknown): readonly number[] {
  let value = input;
  return at.map((key) => {
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    const position = keys.indexOf(String(key));
    value = childValue(value, key);
    return position < 0 ? keys.length : position;
  });
}

function compare(a: readonly number[], b: readonly number[]): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

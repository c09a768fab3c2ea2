import type { Shop } from './shop.js';

/** One thing that the shop must show. */
export interface Row {
  readonly name: string;
  /** A program without which the row is skipped, by name. */
  readonly needs?: 'terraform';
  /** @returns what was seen, for a person. @throws when it is not as it must be */
  check(shop: Shop): Promise<string>;
}

/** @throws with both values unless they are equal */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [seen, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (seen !== wanted) throw new Error(`${what}: expected ${wanted}, saw ${seen}`);
}

/** @throws unless the condition holds */
export function expectTrue(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

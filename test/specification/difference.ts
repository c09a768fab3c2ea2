import type { PlannedStack, Values } from '../harness/mocked-plan-stack.js';

/** How one planned stack differs from another, by address. */
export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Planned in both, with other values. */
  readonly changed: readonly string[];
}

/** What must be done to get from one stack to the other. */
export function differenceOf(from: PlannedStack, to: PlannedStack): Difference {
  const addresses = (plan: PlannedStack) => plan.resources.map(({ address }) => address);
  return {
    added: addresses(to).filter((address) => !from.has(address)),
    removed: addresses(from).filter((address) => !to.has(address)),
    changed: addresses(from).filter(
      (address) => to.has(address) && textOf(from.get(address).values) !== textOf(to.get(address).values),
    ),
  };
}

/** Values as text in which the order of keys, and that of a set's elements, does not matter. */
function textOf(values: Values): string {
  return JSON.stringify(values, (_key, value: unknown) => {
    if (Array.isArray(value)) return value.map((one) => JSON.stringify(one)).toSorted();
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Routing, takeByWeight } from './routing.js';

it('picks each as often as its weight says, in each run of as many picks as the weights sum up to', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(weights, (given) => {
      const items = given.map((weight, index) => ({ weight, index }));
      const credit = new Map<object, number>();
      const credits = {
        get: (item: object) => credit.get(item) ?? 0,
        set: (item: object, value: number) => void credit.set(item, value),
      };
      const sum = given.reduce((total, weight) => total + weight, 0);
      const counts = given.map(() => 0);
      for (let pick = 0; pick < sum; pick += 1) {
        const index = takeByWeight(items, credits)?.index ?? -1;
        counts[index] = (counts[index] ?? 0) + 1;
      }
      expect(counts).toEqual(given);
      if (sum === 0) expect(takeByWeight(items, credits)).toBeUndefined();
    }),
  );
});

it('has nobody to pick where there is nobody', () => {
  for (const algorithm of ['round_robin', 'least_outstanding_requests'] as const)
    expect(new Routing().pick([], { algorithm, slowStartMs: 0 }, 0)).toBeUndefined();
});

it('lets equally busy targets take turns', () => {
  const candidates = ['a', 'b'].map((id) => ({ id, inFlight: 0, slowSince: undefined }));
  const routing = new Routing<(typeof candidates)[number]>();
  const pick = () => routing.pick(candidates, { algorithm: 'least_outstanding_requests', slowStartMs: 0 }, 0)?.id;
  expect([pick(), pick(), pick()]).toEqual(['a', 'b', 'a']);
});

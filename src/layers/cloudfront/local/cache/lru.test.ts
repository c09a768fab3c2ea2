import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LruCache } from './lru.js';

it('lets go of what was used longest ago', () => {
  const cache = new LruCache<string>(30);
  for (const key of ['a', 'b', 'c']) cache.set(key, key, 10);
  cache.get('a');
  cache.set('d', 'd', 10);
  expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual(['a', undefined, 'c', 'd']);
});

it('keeps nothing that is too heavy by itself, and no earlier value in its place', () => {
  const cache = new LruCache<string>(30);
  cache.set('a', 'old', 10);
  cache.set('a', 'new', 31);
  expect([cache.get('a'), cache.bytes]).toEqual([undefined, 0]);
});

it('lets go of all that match', () => {
  const cache = new LruCache<string>(30);
  for (const key of ['a', 'b']) cache.set(key, key, 10);
  cache.deleteWhere((value) => value === 'a');
  expect([cache.get('a'), cache.get('b'), cache.bytes]).toEqual([undefined, 'b', 10]);
});

it('never holds more than its weight, whatever is put in', () => {
  const entry = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(50));
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const cache = new LruCache<number>(100);
      for (const [key, bytes] of entries) {
        cache.set(key, bytes, bytes);
        expect(cache.bytes).toBeLessThanOrEqual(100);
        expect(cache.get(key)).toBe(bytes);
      }
    }),
  );
});

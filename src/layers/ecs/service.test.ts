import { expect, test } from 'vitest';
import { callTags } from './service.js';

test('calls stand in one tag while they fit, then in more', () => {
  expect(callTags([])).toEqual({});
  expect(callTags(['shop-dev-auth', 'shop-dev-offers'])).toEqual({ 'landfall:calls': 'shop-dev-auth shop-dev-offers' });
  const names = Array.from({ length: 30 }, (_, index) => `shop-dev-service-number-${String(index)}`);
  const tags = callTags(names);
  expect(Object.keys(tags)).toEqual(['landfall:calls', 'landfall:calls-2', 'landfall:calls-3', 'landfall:calls-4']);
  expect(Object.values(tags).every((value) => value.length <= 256)).toBe(true);
  expect(Object.values(tags).flatMap((value) => value.split(' '))).toEqual(names);
});

test('a name as long as a tag’s value has a tag of its own', () => {
  const long = 'x'.repeat(255);
  expect(callTags([long, 'a', 'b'])).toEqual({ 'landfall:calls': long, 'landfall:calls-2': 'a b' });
});

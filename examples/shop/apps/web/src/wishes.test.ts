import { expect, test } from 'vitest';
import { formatWishes, parseWishes, toggleWish } from './wishes';

const id = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, '0')}`;

test('a wish is added, and taken away the second time', () => {
  const wishes = toggleWish([id(1)], id(2));
  expect(wishes).toEqual([id(1), id(2)]);
  expect(toggleWish(wishes, id(1))).toEqual([id(2)]);
});

test('a cookie is read as it was written', () => {
  expect(parseWishes(formatWishes([id(1), id(2)]))).toEqual([id(1), id(2)]);
});

test('what is no id is left out', () => {
  expect(parseWishes(`${id(1)}.<script>.${id(1)}`)).toEqual([id(1)]);
  expect(parseWishes(undefined)).toEqual([]);
  expect(toggleWish([], 'anything')).toEqual([]);
});

test('the oldest wish makes room', () => {
  const all = Array.from({ length: 50 }, (_, index) => id(index));
  expect(toggleWish(all, id(50))).toEqual([...all.slice(1), id(50)]);
});

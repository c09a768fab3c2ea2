import { expect, test } from 'vitest';
import { editablePrice, formatPrice, parsePrice } from './price.js';

test.each([
  ['649', 64_900],
  ['649.5', 64_950],
  [' 0,07 ', 7],
])('reads %j as %d cents', (text, cents) => {
  expect(parsePrice(text)).toBe(cents);
});

test.each(['', '-1', '1.234', 'free'])('does not read %j', (text) => {
  expect(parsePrice(text)).toBeUndefined();
});

test('shows cents as a price', () => {
  expect(editablePrice(64_900)).toBe('649.00');
  expect(formatPrice(64_900, 'EUR')).toBe('€649.00');
});

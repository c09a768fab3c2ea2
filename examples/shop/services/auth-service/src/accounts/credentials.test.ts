import { expect, test } from 'vitest';
import { registration } from './credentials.js';

const accepts = (email: string, password: string) => registration.safeParse({ email, password }).success;

test('takes the address in lower case, without surrounding blanks', () => {
  expect(registration.parse({ email: ' Ann@Shop.Example ', password: 'long enough' }).email).toBe('ann@shop.example');
});

test('refuses what is not an address and passwords bcrypt would cut', () => {
  expect(accepts('ann', 'long enough')).toBe(false);
  expect(accepts('ann@shop.example', 'short')).toBe(false);
  expect(accepts('ann@shop.example', 'a'.repeat(72))).toBe(true);
  expect(accepts('ann@shop.example', 'é'.repeat(37))).toBe(false);
});

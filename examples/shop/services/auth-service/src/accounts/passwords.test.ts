import { expect, test } from 'vitest';
import { checkPassword, hashPassword } from './passwords.js';

test('accepts the right password only', async () => {
  const hash = await hashPassword('correct horse');
  expect(hash).not.toContain('correct horse');
  expect(await checkPassword('correct horse', hash)).toBe(true);
  expect(await checkPassword('wrong horse', hash)).toBe(false);
});

test('refuses an account that does not exist', async () => {
  expect(await checkPassword('nobody', undefined)).toBe(false);
});

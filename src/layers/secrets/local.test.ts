import { expect, test } from 'vitest';
import { createFakePlane } from '../../local/testing/fake-context.js';
import { secretLocal, secretVersionLocal } from './local.js';

const secret = 'aws_secretsmanager_secret.shared__REDIS';
const version = 'aws_secretsmanager_secret_version.shared__REDIS';

function openPlane() {
  const plane = createFakePlane();
  const write = async (value: string, number = 1) => {
    const { id } = await plane.apply(secretLocal, secret, { name: 'shop/dev/shared/REDIS' });
    await plane.apply(secretVersionLocal, version, {
      secret_id: id,
      secret_string_wo: value,
      secret_string_wo_version: number,
    });
    return plane.vault.get('shop/dev/shared/REDIS');
  };
  return { plane, write };
}

test('a value is written once, and again when its version is raised', async () => {
  const { write } = openPlane();
  expect(await write('first')).toBe('first');
  expect(await write('second')).toBe('first');
  expect(await write('third', 2)).toBe('third');
});

test('a kept URL follows the plane to other ports, with its password', async () => {
  const { write } = openPlane();
  await write('{"url":"rediss://:one@127.0.0.1:4409","password":"one"}');
  expect(await write('{"url":"rediss://:two@127.0.0.1:4509","password":"two"}')).toBe(
    '{"url":"rediss://:one@127.0.0.1:4509","password":"one"}',
  );
});

test('a URL that a user has set stays as it is', async () => {
  const { plane, write } = openPlane();
  await write('postgres://a:one@127.0.0.1:4408/db');
  plane.vault.set('shop/dev/shared/REDIS', 'postgres://a:own@127.0.0.1:5432/own');
  expect(await write('postgres://a:two@127.0.0.1:4508/db')).toBe('postgres://a:own@127.0.0.1:5432/own');
});

import { expect, test } from 'vitest';
import { readDatabaseEnv, readServerEnv } from './env.js';

test('listens on every interface and keeps five connections by default', () => {
  expect(readServerEnv({ PORT: '3001' })).toEqual({ PORT: 3001, HOST: '0.0.0.0' });
  expect(readDatabaseEnv({ DATABASE_URL: 'postgres://db' }).DATABASE_POOL_SIZE).toBe(5);
});

test('names the wrong variable without its value', () => {
  expect(() => readDatabaseEnv({ DATABASE_URL: '', DATABASE_POOL_SIZE: 'secret' })).toThrow(
    /DATABASE_URL: .*DATABASE_POOL_SIZE: (?!.*secret)/,
  );
});

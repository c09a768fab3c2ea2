import { expect, test } from 'vitest';
import { readDatabaseEnv, readRedisEnv, readServerEnv } from './env.js';

test('listens on every interface and keeps five connections by default', () => {
  expect(readServerEnv({ PORT: '3001' })).toEqual({ PORT: 3001, HOST: '0.0.0.0' });
  expect(readDatabaseEnv({ DATABASE_URL: 'postgres://db' }).DATABASE_POOL_SIZE).toBe(5);
});

test('names the wrong variable without its value', () => {
  expect(() => readDatabaseEnv({ DATABASE_URL: '', DATABASE_POOL_SIZE: 'secret' })).toThrow(
    /DATABASE_URL: .*DATABASE_POOL_SIZE: (?!.*secret)/,
  );
});

test('takes an address of Redis, and says nothing of another', () => {
  const url = 'rediss://:password@127.0.0.1:6379';
  expect(readRedisEnv({ REDIS_URL: url })).toEqual({ REDIS_URL: url });
  expect(() => readRedisEnv({ REDIS_URL: 'https://:password@redis' })).toThrow(/REDIS_URL: (?!.*password)/);
});

import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { RedisEnv } from './env.js';

export interface RedisPatience {
  /** How often a command is tried again when Redis does not answer; null: until it does. Default 1. */
  readonly maxRetriesPerRequest?: number | null;
}

/** TLS and the password come with the URL (`rediss://`), a private CA from `NODE_EXTRA_CA_CERTS`. */
export function createRedis(env: RedisEnv, { maxRetriesPerRequest = 1 }: RedisPatience = {}): Redis {
  const redis = new Redis(env.REDIS_URL, { connectTimeout: 5_000, maxRetriesPerRequest });
  // The client connects again by itself; unhandled, the event would be printed as an error of the program.
  redis.on('error', (error) => new Logger('Redis').warn(`Lost the connection: ${error.message}`));
  return redis;
}

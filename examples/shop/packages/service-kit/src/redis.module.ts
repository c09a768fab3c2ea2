import { type DynamicModule, Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { readRedisEnv } from './env.js';
import { createRedis, type RedisPatience } from './redis.js';

/** One connection to Redis for the whole service, closed last. */
@Global()
@Module({})
export class RedisModule implements OnApplicationShutdown {
  constructor(private readonly redis: Redis) {}

  static register(patience?: RedisPatience): DynamicModule {
    const provider = { provide: Redis, useFactory: () => createRedis(readRedisEnv(), patience) };
    return { module: RedisModule, providers: [provider], exports: [Redis] };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.redis.quit().catch(() => this.redis.disconnect());
  }
}

import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';
import { createPool } from './database.js';
import { readDatabaseEnv } from './env.js';
import { HealthController } from './health.controller.js';

/** What both services share: the connection pool, closed after the last request, and `/health`. */
@Global()
@Module({
  controllers: [HealthController],
  providers: [{ provide: Pool, useFactory: () => createPool(readDatabaseEnv()) }],
  exports: [Pool],
})
export class ServiceModule implements OnApplicationShutdown {
  constructor(private readonly pool: Pool) {}

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

export { startService } from './start-service.js';
export { startWorker } from './start-worker.js';
export { runScript } from './run-script.js';
export { ServiceModule } from './service.module.js';
export { RedisModule } from './redis.module.js';
export { createPool, inLockedTransaction } from './database.js';
export { runMigrations } from './migrations.js';
export { readDatabaseEnv, readEnv } from './env.js';
export { Validated } from './validated.js';

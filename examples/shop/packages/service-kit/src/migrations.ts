import { Logger } from '@nestjs/common';
import { runner } from 'node-pg-migrate';
import { Client } from 'pg';

const lockKey = 7_243_001;

/** Applies the SQL files of `dir` that are not yet applied; a second caller waits up to a minute for the first. */
export async function runMigrations(databaseUrl: string, dir: string): Promise<readonly string[]> {
  const logger = new Logger('Migrations');
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query("SET lock_timeout = '60s'");
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    const applied = await runner({
      dbClient: client,
      dir,
      direction: 'up',
      migrationsTable: 'migrations',
      // The library's own lock gives up at once when another process holds it; the one above waits.
      noLock: true,
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: (text) => logger.warn(text),
        error: (text) => logger.error(text),
      },
    });
    const names = applied.map((migration) => migration.name);
    logger.log(names.length === 0 ? 'Nothing to apply.' : `Applied ${names.join(', ')}.`);
    return names;
  } finally {
    await client.end();
  }
}

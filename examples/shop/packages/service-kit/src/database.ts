import { Logger } from '@nestjs/common';
import { Pool, type PoolClient } from 'pg';
import type { DatabaseEnv } from './env.js';

/** `sslmode` comes from the URL, a private CA from `NODE_EXTRA_CA_CERTS`. */
export function createPool(env: DatabaseEnv): Pool {
  const pool = new Pool({
    connectionString: env.DATABASE_URL,
    max: env.DATABASE_POOL_SIZE,
    connectionTimeoutMillis: 5_000,
  });
  // An idle connection lost in a failover is replaced by the pool; unhandled, the event would end the process.
  pool.on('error', (error) => new Logger('Database').warn(`Lost an idle connection: ${error.message}`));
  return pool;
}

/** Runs `work` in a transaction that only one process at a time may hold for this `lock`. */
export async function inLockedTransaction<T>(
  pool: Pool,
  lock: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [lock]);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw failure;
  } finally {
    // Discarding the connection after a failure also rolls back.
    client.release(failure);
  }
}

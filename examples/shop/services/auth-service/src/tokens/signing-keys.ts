import { Injectable } from '@nestjs/common';
import { inLockedTransaction } from '@shop/service-kit';
import type { JWK } from 'jose';
import { Pool, type PoolClient } from 'pg';
import { generateSigningKey, type SigningKey } from './signing-key.js';

/** The keys live in the database: every task signs with the same one and a restart keeps it. */
@Injectable()
export class SigningKeys {
  constructor(private readonly pool: Pool) {}

  /** The newest key; the first task that starts creates it. */
  async current(): Promise<SigningKey> {
    return inLockedTransaction(this.pool, 'signing_keys', async (client) => (await newest(client)) ?? create(client));
  }

  async publicKeys(): Promise<readonly JWK[]> {
    const { rows } = await this.pool.query<{ publicKey: JWK }>(
      'SELECT public_key AS "publicKey" FROM signing_keys ORDER BY created_at DESC',
    );
    return rows.map((row) => row.publicKey);
  }
}

async function newest(client: PoolClient): Promise<SigningKey | undefined> {
  const { rows } = await client.query<SigningKey>(
    `SELECT kid, public_key AS "publicKey", private_key AS "privateKey"
       FROM signing_keys ORDER BY created_at DESC LIMIT 1`,
  );
  return rows[0];
}

async function create(client: PoolClient): Promise<SigningKey> {
  const key = await generateSigningKey();
  await client.query('INSERT INTO signing_keys (kid, public_key, private_key) VALUES ($1, $2, $3)', [
    key.kid,
    key.publicKey,
    key.privateKey,
  ]);
  return key;
}

import { Injectable } from '@nestjs/common';
import { Pool } from 'pg';

export interface User {
  readonly id: string;
  readonly email: string;
}

export interface StoredUser extends User {
  readonly passwordHash: string;
}

@Injectable()
export class UsersRepository {
  constructor(private readonly pool: Pool) {}

  /** The new user, or `undefined` when the address is taken. */
  async create(email: string, passwordHash: string): Promise<User | undefined> {
    const { rows } = await this.pool.query<User>(
      'INSERT INTO users (email, password_hash) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING RETURNING id, email',
      [email, passwordHash],
    );
    return rows[0];
  }

  async findByEmail(email: string): Promise<StoredUser | undefined> {
    const { rows } = await this.pool.query<StoredUser>(
      'SELECT id, email, password_hash AS "passwordHash" FROM users WHERE email = $1',
      [email],
    );
    return rows[0];
  }
}

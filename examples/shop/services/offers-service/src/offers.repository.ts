import { Inject, Injectable } from '@nestjs/common';
import { Pool } from 'pg';
import type { Offer, OfferInput } from './offer.js';

const listLimit = 100;
const columns = `id, title, description, price_cents AS "priceCents", currency, created_by AS "createdBy",
  updated_by AS "updatedBy", created_at AS "createdAt", updated_at AS "updatedAt"`;

@Injectable()
export class OffersRepository {
  /** Takes one client as well, to work in its transaction. */
  constructor(@Inject(Pool) private readonly database: Pick<Pool, 'query'>) {}

  /** The newest hundred. */
  async list(): Promise<readonly Offer[]> {
    const { rows } = await this.database.query<Offer>(
      `SELECT ${columns} FROM offers ORDER BY created_at DESC, id LIMIT ${listLimit}`,
    );
    return rows;
  }

  async find(id: string): Promise<Offer | undefined> {
    const { rows } = await this.database.query<Offer>(`SELECT ${columns} FROM offers WHERE id = $1`, [id]);
    return rows[0];
  }

  async create(input: OfferInput, userId: string): Promise<Offer> {
    const { rows } = await this.database.query<Offer>(
      `INSERT INTO offers (title, description, price_cents, currency, created_by, updated_by)
       VALUES ($1, $2, $3, $4, $5, $5) RETURNING ${columns}`,
      [input.title, input.description, input.priceCents, input.currency, userId],
    );
    const [offer] = rows;
    if (!offer) throw new Error('The insert returned no row.');
    return offer;
  }

  async replace(id: string, input: OfferInput, userId: string): Promise<Offer | undefined> {
    const { rows } = await this.database.query<Offer>(
      `UPDATE offers SET title = $2, description = $3, price_cents = $4, currency = $5, updated_by = $6,
       updated_at = now() WHERE id = $1 RETURNING ${columns}`,
      [id, input.title, input.description, input.priceCents, input.currency, userId],
    );
    return rows[0];
  }

  /** Whether there was one. */
  async remove(id: string): Promise<boolean> {
    const { rowCount } = await this.database.query('DELETE FROM offers WHERE id = $1', [id]);
    return rowCount === 1;
  }
}

import { z } from 'zod';

const largestInteger = 2_147_483_647;

export const offerInput = z.object({
  title: z.string().trim().min(1).max(120),
  description: z.string().trim().max(2_000).default(''),
  priceCents: z.int().min(0).max(largestInteger),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'A currency is three capital letters.')
    .default('EUR'),
});

export type OfferInput = z.output<typeof offerInput>;

export interface Offer extends OfferInput {
  readonly id: string;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

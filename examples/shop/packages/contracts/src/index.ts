import { z } from 'zod';

/** Queue whose jobs make the summary of all offers anew. A job needs no data. */
export const summaryQueue = 'offers-summary';

/** Key of Redis that holds the newest summary, as JSON. */
export const summaryKey = 'offers:summary';

export const offersSummary = z.object({
  count: z.int(),
  lowestPriceCents: z.int().nullable(),
  highestPriceCents: z.int().nullable(),
  /** ISO 8601. */
  madeAt: z.iso.datetime(),
});

export type OffersSummary = z.output<typeof offersSummary>;

import type { OffersSummary } from '@shop/contracts';

/** @param prices in cents, of each offer */
export function summaryOf(prices: readonly number[], now: Date): OffersSummary {
  const isEmpty = prices.length === 0;
  return {
    count: prices.length,
    lowestPriceCents: isEmpty ? null : Math.min(...prices),
    highestPriceCents: isEmpty ? null : Math.max(...prices),
    madeAt: now.toISOString(),
  };
}

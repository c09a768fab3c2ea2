import { offersSummary } from '@shop/contracts';
import { expect, test } from 'vitest';
import { summaryOf } from './summary.js';

const now = new Date('2026-01-01T00:00:00Z');

test('counts the offers and finds the lowest and the highest price', () => {
  const summary = summaryOf([8_950, 4_250, 119_000], now);
  expect(summary).toEqual({
    count: 3,
    lowestPriceCents: 4_250,
    highestPriceCents: 119_000,
    madeAt: '2026-01-01T00:00:00.000Z',
  });
  expect(offersSummary.parse(summary)).toEqual(summary);
});

test('has no prices when there is no offer', () => {
  expect(summaryOf([], now)).toMatchObject({ count: 0, lowestPriceCents: null, highestPriceCents: null });
});

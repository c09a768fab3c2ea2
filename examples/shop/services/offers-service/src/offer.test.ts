import { expect, test } from 'vitest';
import { offerInput } from './offer.js';

test('fills in the description and the currency', () => {
  expect(offerInput.parse({ title: ' Desk ', priceCents: 100 })).toEqual({
    title: 'Desk',
    description: '',
    priceCents: 100,
    currency: 'EUR',
  });
});

test.each([
  ['no title', { title: ' ', priceCents: 1 }],
  ['a negative price', { title: 'Desk', priceCents: -1 }],
  ['a price in fractions of a cent', { title: 'Desk', priceCents: 1.5 }],
  ['a price no integer column holds', { title: 'Desk', priceCents: 2 ** 31 }],
  ['a currency that is none', { title: 'Desk', priceCents: 1, currency: 'euro' }],
])('refuses %s', (_name, body) => {
  expect(offerInput.safeParse(body).success).toBe(false);
});

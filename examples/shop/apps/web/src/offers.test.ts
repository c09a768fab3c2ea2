import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findOffer, listOffers, price } from './offers';

const answering = (status: number, body: unknown) =>
  vi.fn<typeof globalThis.fetch>(async () => new Response(JSON.stringify(body), { status }));

beforeEach(() => vi.stubEnv('API_URL', 'https://api.example.com/'));
afterEach(() => vi.unstubAllEnvs());

test('asks the API each time', async () => {
  const fetch = answering(200, []);
  expect(await listOffers(fetch)).toEqual([]);
  const [url, options] = fetch.mock.calls[0] ?? [];
  expect([url, options?.cache]).toEqual(['https://api.example.com/offers', 'no-store']);
});

test('an id stays one part of the path', async () => {
  const fetch = answering(404, {});
  expect(await findOffer('../auth', fetch)).toBeUndefined();
  expect(fetch.mock.calls[0]?.[0]).toBe('https://api.example.com/offers/..%2Fauth');
});

test('says what the API refused', async () => {
  await expect(listOffers(answering(503, {}))).rejects.toThrow('GET /offers answered 503.');
});

test('shows cents as a price', () => {
  expect(price({ priceCents: 64_900, currency: 'EUR' })).toBe('€649.00');
});

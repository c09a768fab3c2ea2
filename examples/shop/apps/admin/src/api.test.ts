import { expect, test, vi } from 'vitest';
import { createApi } from './api.js';

const answering = (status: number, body: unknown) =>
  vi.fn<typeof globalThis.fetch>(
    async () => new Response(body === undefined ? null : JSON.stringify(body), { status }),
  );

const offer = { title: 'Desk', description: '', priceCents: 100, currency: 'EUR' };

test('reads without the token, writes with it', async () => {
  const fetch = answering(200, []);
  const api = createApi({ baseUrl: 'https://api.example.com/', token: () => 't0ken', fetch });
  await api.listOffers();
  await api.createOffer(offer);

  const [read, write] = fetch.mock.calls;
  expect(read?.[0]).toBe('https://api.example.com/offers');
  expect(new Headers(read?.[1]?.headers).get('authorization')).toBeNull();
  expect(new Headers(write?.[1]?.headers).get('authorization')).toBe('Bearer t0ken');
  expect(write?.[1]?.body).toBe(JSON.stringify(offer));
});

test('accepts an empty answer', async () => {
  const api = createApi({ baseUrl: '', token: () => undefined, fetch: answering(204, undefined) });
  expect(await api.removeOffer('1')).toBeUndefined();
});

test('says which field was refused', async () => {
  const fetch = answering(400, {
    message: 'The body is not valid.',
    errors: [{ path: 'title', message: 'Too short' }],
  });
  const api = createApi({ baseUrl: '', token: () => undefined, fetch });
  await expect(api.createOffer(offer)).rejects.toMatchObject({ status: 400, message: 'title: Too short' });
});

test('says that nothing answers', async () => {
  const fetch = vi.fn<typeof globalThis.fetch>(async () => Promise.reject(new TypeError('Failed to fetch')));
  const api = createApi({ baseUrl: 'https://api.example.com', token: () => undefined, fetch });
  await expect(api.listOffers()).rejects.toMatchObject({
    status: 0,
    message: 'The API at https://api.example.com does not answer.',
  });
});

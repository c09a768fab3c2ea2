import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { summaryKey, summaryQueue } from '@shop/contracts';
import {
  createTestDatabase,
  runBuilt,
  startBuiltService,
  type TestDatabase,
  type TestService,
  testServer,
} from '@shop/service-kit/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

describe.skipIf(testServer.skip)(`the running offers-service${testServer.reason}`, { timeout: 30_000 }, () => {
  let database: TestDatabase;
  let service: TestService;
  let auth: Server;
  let authUrl: string;

  const send = (method: string, path: string, body?: unknown, userId?: string) =>
    fetch(service.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(userId && { 'x-user-id': userId }) },
      body: body === undefined ? null : JSON.stringify(body),
    });

  beforeAll(async () => {
    database = await createTestDatabase(testServer.url);
    const env = { DATABASE_URL: database.url, REDIS_URL: testServer.redisUrl };
    expect(await runBuilt('dist/migrate.js', env)).toBe(0);
    expect(await Promise.all([runBuilt('dist/seed.js', env), runBuilt('dist/seed.js', env)])).toEqual([0, 0]);
    auth = createServer((request, response) => {
      const keySet = `http://${request.headers.host}/auth/.well-known/jwks.json`;
      response.end(JSON.stringify({ issuer: `https://auth.example${request.url}`, jwks_uri: keySet }));
    });
    await new Promise<void>((resolve) => auth.listen(0, '127.0.0.1', resolve));
    authUrl = `http://127.0.0.1:${(auth.address() as AddressInfo).port}`;
    service = await startBuiltService({ ...env, AUTH_SERVICE_URL: authUrl });
  }, 30_000);

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
    await new Promise((resolve) => auth.close(resolve));
    await database.drop();
  });

  test('lists the seeded offers once, to anyone', async () => {
    expect(await (await send('GET', '/offers')).json()).toHaveLength(5);
  });

  test('writes only for the user the gateway names', async () => {
    const offer = { title: 'Chair', priceCents: 4_900 };
    expect((await send('POST', '/offers', offer)).status).toBe(401);
    const created = await send('POST', '/offers', offer, 'ann');
    expect(created.status).toBe(201);
    const { id } = (await created.json()) as { id: string };

    expect((await send('PUT', `/offers/${id}`, offer)).status).toBe(401);
    const replaced = await send('PUT', `/offers/${id}`, { ...offer, title: 'Armchair' }, 'bob');
    expect(await replaced.json()).toMatchObject({ id, title: 'Armchair', createdBy: 'ann', updatedBy: 'bob' });

    expect((await send('DELETE', `/offers/${id}`)).status).toBe(401);
    expect((await send('DELETE', `/offers/${id}`, undefined, 'ann')).status).toBe(204);
    expect((await send('GET', `/offers/${id}`)).status).toBe(404);
  });

  test('has the summary made anew after each change', async () => {
    const redis = new Redis(testServer.redisUrl);
    /** How many jobs there ever were. */
    const jobs = async () => Number(await redis.get(`bull:${summaryQueue}:id`));
    const before = await jobs();
    await send('POST', '/offers', { title: 'Stool', priceCents: 100 }, 'ann');
    expect(await jobs()).toBe(before + 1);
    expect((await send('POST', '/offers/summary')).status).toBe(401);
    expect((await send('POST', '/offers/summary', undefined, 'ann')).status).toBe(202);
    expect(await jobs()).toBe(before + 2);

    const summary = { count: 1, lowestPriceCents: 100, highestPriceCents: 100, madeAt: '2026-01-01T00:00:00.000Z' };
    await redis.set(summaryKey, JSON.stringify(summary));
    expect(await (await send('GET', '/offers/summary')).json()).toEqual(summary);
    await redis.del(summaryKey);
    expect((await send('GET', '/offers/summary')).status).toBe(404);
    await redis.quit();
  });

  test('refuses what is not an offer or not an id', async () => {
    expect((await send('POST', '/offers', { title: '', priceCents: -1 }, 'ann')).status).toBe(400);
    expect((await send('GET', '/offers/17')).status).toBe(400);
  });

  test('asks auth-service who issues tokens, and says 502 when it does not answer', async () => {
    expect(await (await send('GET', '/offers/issuer')).json()).toEqual({
      issuer: 'https://auth.example/auth/.well-known/openid-configuration',
      keySet: `${authUrl}/auth/.well-known/jwks.json`,
    });
    auth.closeAllConnections();
    auth.close();
    expect((await send('GET', '/offers/issuer')).status).toBe(502);
  });
});

import {
  createTestDatabase,
  runBuilt,
  startBuiltService,
  type TestDatabase,
  testServer,
} from '@shop/service-kit/testing';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const issuer = 'https://auth.shop.example';
const ann = { email: 'ann@shop.example', password: 'correct horse' };

const post = (url: string, body: unknown) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

describe.skipIf(testServer.skip)(`the running auth-service${testServer.reason}`, { timeout: 30_000 }, () => {
  let database: TestDatabase;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    database = await createTestDatabase(testServer.url);
    env = { DATABASE_URL: database.url, REDIS_URL: testServer.redisUrl, TOKEN_ISSUER: issuer };
  }, 30_000);

  afterAll(() => database.drop());

  test('migrates when two tasks start at once, and again', async () => {
    expect(await Promise.all([runBuilt('dist/migrate.js', env), runBuilt('dist/migrate.js', env)])).toEqual([0, 0]);
    expect(await runBuilt('dist/migrate.js', env)).toBe(0);
  });

  test('two tasks share one key, and tokens verify through discovery', async () => {
    const [one, two] = await Promise.all([startBuiltService(env), startBuiltService(env)]);
    expect((await post(`${one.url}/auth/register`, ann)).status).toBe(201);
    expect((await post(`${two.url}/auth/register`, ann)).status).toBe(409);
    const login = await post(`${one.url}/auth/login`, ann);
    expect(login.status).toBe(200);
    const { accessToken } = (await login.json()) as { accessToken: string };

    const discovery = await fetch(`${two.url}/auth/.well-known/openid-configuration`);
    const { jwks_uri } = (await discovery.json()) as { jwks_uri: string };
    expect(jwks_uri).toBe(`${two.url}/auth/.well-known/jwks.json`);
    const { payload } = await jwtVerify(accessToken, createRemoteJWKSet(new URL(jwks_uri)), {
      issuer,
      audience: 'shop',
    });
    expect(payload['email']).toBe(ann.email);
    expect(await (await fetch(jwks_uri)).text()).not.toContain('"d":');
    expect(await Promise.all([one.stop(), two.stop()])).toEqual([0, 0]);
  });

  test('a session lasts until it is ended, whichever task is asked', async () => {
    const [one, two] = await Promise.all([startBuiltService(env), startBuiltService(env)]);
    const { accessToken } = (await (await post(`${one.url}/auth/login`, ann)).json()) as { accessToken: string };
    const session = (method: string) => {
      const claims = accessToken.split('.')[1] ?? '';
      return fetch(`${two.url}/auth/session`, { method, headers: { 'x-user-claims': claims } });
    };
    expect(await (await session('GET')).json()).toMatchObject({ id: decodeJwt(accessToken).jti, email: ann.email });
    expect((await session('DELETE')).status).toBe(204);
    expect((await session('GET')).status).toBe(401);
    expect((await fetch(`${one.url}/auth/session`)).status).toBe(401);
    expect(await Promise.all([one.stop(), two.stop()])).toEqual([0, 0]);
  });

  test('refuses a wrong password and a body that is not valid', async () => {
    const service = await startBuiltService(env);
    expect((await post(`${service.url}/auth/login`, { ...ann, password: 'wrong' })).status).toBe(401);
    expect((await post(`${service.url}/auth/login`, { ...ann, email: 'bob@shop.example' })).status).toBe(401);
    expect((await post(`${service.url}/auth/register`, { email: 'ann' })).status).toBe(400);
    expect(await (await fetch(`${service.url}/health`)).json()).toEqual({ status: 'ok' });
    expect(await service.stop()).toBe(0);
  });
});

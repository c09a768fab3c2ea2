import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stripIdentity, viewerAddress } from '../../src/layers/gateway/lua.js';
import type { HeaderPair } from '../../src/local/contract/http.js';
import { allValues } from '../../src/local/http/headers.js';
import { startNginx, whyNoNginx, type Nginx, type Plan } from '../harness/nginx.js';
import { FakeIssuer } from '../lua/issuer.js';
import { jwtCases } from '../lua/jwt-cases.js';
import { runJwtCase } from '../lua/run-jwt-case.js';
import { jwtConfig, localRunner, nginxRunner } from '../lua/runners.js';
import { ask, startFixtures, startService, type Listening } from '../lua/servers.js';
import { reservedSpellings, viewerCases } from '../lua/snippet-cases.js';
import { phasePlans } from '../lua/phases.js';
import { noon, token } from '../lua/tokens.js';

const table = jwtCases.map((one, index) => [one.name, one, String(index)] as const);

test('no two cases have one name', () => {
  expect(new Set(jwtCases.map(({ name }) => name)).size).toBe(jwtCases.length);
});

describe('landfall-jwt in the local gateway', () => {
  test.each(table)('%s', (_name, one) => runJwtCase(one, localRunner()));
});

const reason = whyNoNginx();

describe.skipIf(reason !== undefined)(`in real ngx_lua${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  const issuers = new Map([...jwtCases.keys(), 'both'].map((id) => [String(id), new FakeIssuer(`/${String(id)}`)]));
  const jwt = (id: string): NonNullable<Plan['plugins']> => [{ name: 'landfall-jwt', config: jwtConfig(id) }];
  const plans: Readonly<Record<string, Plan>> = {
    ...Object.fromEntries(table.map(([, , id]) => [`jwt-${id}`, { plugins: jwt(id) }])),
    strip: { functions: { access: [stripIdentity] } },
    viewer: { functions: { access: [stripIdentity, viewerAddress] } },
    both: { functions: { access: [stripIdentity] }, plugins: jwt('both') },
    ...phasePlans,
  };
  const fetched: string[] = [];
  let nginx: Nginx;
  let service: Listening;
  let fixtures: Listening;

  beforeAll(async () => {
    service = await startService();
    fixtures = await startFixtures(issuers, (path) => fetched.push(path));
    nginx = await startNginx({ plans, servicePort: service.port, fixturePort: fixtures.port });
  });
  afterAll(async () => {
    await nginx.stop();
    await Promise.all([service.close(), fixtures.close()]);
  });

  /** What the service gets of these headers. */
  const through = async (plan: string, headers: readonly HeaderPair[]) => {
    const { service: got } = await ask(nginx.port, `/${plan}/`, headers);
    if (got === undefined) throw new Error(`The request did not arrive: ${(await nginx.log()).slice(-500)}`);
    return got;
  };

  describe('landfall-jwt', () => {
    test.each(table)('%s', (_name, one, id) => {
      const issuer = issuers.get(id) ?? new FakeIssuer(`/${id}`);
      return runJwtCase(one, nginxRunner(nginx, `jwt-${id}`, issuer));
    });

    test('nginx itself refuses two Authorization headers', async () => {
      await nginx.setClock(noon);
      const authorization = ['Authorization', `Bearer ${token()}`] as const;
      const { status, service: got } = await ask(nginx.port, '/jwt-0/', [authorization, authorization]);
      expect([status, got]).toEqual([400, undefined]);
    });

    test('finds the token behind two hundred other headers', async () => {
      const others = Array.from({ length: 200 }, (_, index) => [`X-${String(index)}`, 'v'] as const);
      const got = await through('both', [...others, ['Authorization', `Bearer ${token()}`]]);
      expect(allValues(got, 'x-user-id')).toEqual(['user-1']);
    });

    test('says who the user is over whatever came, also in other spellings', async () => {
      const got = await through('both', [
        ['X-User-Id', 'intruder'],
        ['x_user_id', 'intruder'],
        ['Authorization', `Bearer ${token()}`],
      ]);
      expect(got.filter(([name]) => /^x.user.id$/i.test(name))).toEqual([['X-User-Id', 'user-1']]);
    });
  });

  describe('strip-identity.lua', () => {
    test.each(reservedSpellings)('%s does not arrive', async (name) => {
      const got = await through('strip', [
        [name, 'intruder'],
        ['X-Username', 'stays'],
      ]);
      expect(got.map(([key]) => key.toLowerCase())).not.toContain(name.toLowerCase());
      expect(allValues(got, 'x-username')).toEqual(['stays']);
    });

    test('none of several arrives', async () => {
      const headers = reservedSpellings.flatMap((name) => [[name, 'one'] as const, [name, 'two'] as const]);
      const got = await through('strip', headers);
      expect(got.filter(([, value]) => value === 'one' || value === 'two')).toEqual([]);
    });

    test('one behind 1,500 others does not arrive', async () => {
      const others = Array.from({ length: 1500 }, (_, index) => [`Y${String(index)}`, 'v'] as const);
      const got = await through('strip', [...others, ['X-User-Id', 'intruder'], ['x_consumer_id', 'intruder']]);
      expect(got.filter(([, value]) => value === 'v')).toHaveLength(1500);
      expect(got.filter(([, value]) => value === 'intruder')).toEqual([]);
    });

    test.each(['X-Username', 'X-Users', 'XX-User-Id', 'X-Consumer', 'X-Viewer-Addresses', 'User-Id', 'X-User'])(
      '%s, which is another header, arrives',
      async (name) => {
        expect(allValues(await through('strip', [[name, 'stays']]), name)).toEqual(['stays']);
      },
    );
  });

  describe('viewer-address.lua', () => {
    test.each(viewerCases)('$name', async ({ headers, address }) => {
      expect(allValues(await through('viewer', headers), 'x-viewer-address')).toEqual([address]);
    });
  });

  describe('phases', () => {
    const logged = async (pattern: RegExp) => {
      await expect.poll(() => nginx.log(), { timeout: 3000 }).toMatch(pattern);
    };

    test.each(['header-filter', 'body-filter', 'log'])('%s has no cosocket', async (plan) => {
      // The error ends the connection, or comes after the answer.
      await ask(nginx.port, `/socket-in-${plan}/`).catch(() => undefined);
      await logged(new RegExp(`API disabled in the context of ${plan.replace('-', '_')}_by_lua`));
    });

    test.each(['header-filter', 'body-filter', 'log'])('%s sends by a timer what it cannot itself', async (plan) => {
      await ask(nginx.port, `/timer-in-${plan}/`);
      await expect.poll(() => fetched).toContain(`/from-${plan}`);
    });

    test('a body cannot be answered in header_filter, a status can', async () => {
      expect((await ask(nginx.port, '/status-in-header-filter/')).status).toBe(418);
      await ask(nginx.port, '/exit-in-header-filter/').catch(() => undefined);
      await logged(/function cannot be called in header_filter phase/);
    });

    test('body_filter replaces the body, when header_filter has taken its length away', async () => {
      expect(await ask(nginx.port, '/replaced-body/')).toMatchObject({ status: 503, body: 'replaced' });
    });

    test('an answer of access goes through header_filter and log', async () => {
      const answer = await ask(nginx.port, '/own-answer/');
      expect([answer.status, allValues(answer.headers, 'X-Filtered'), answer.body]).toEqual([
        401,
        ['yes'],
        '{"message":"no"}',
      ]);
      await logged(/logged 401/);
    });

    test('an underscore in a response header’s name becomes a dash', async () => {
      expect(allValues((await ask(nginx.port, '/underscore/')).headers, 'X-With-Dash')).toEqual(['yes']);
    });
  });

  describe('the sandbox', () => {
    test.each([
      ['require', /require 'resty\.http' not allowed within sandbox/],
      ['io', /attempt to index global 'io'/],
      ['os-execute', /attempt to call field 'execute'/],
      ['getenv', /attempt to call field 'getenv'/],
      ['setmetatable', /attempt to call global 'setmetatable'/],
      ['load', /attempt to call global 'loadstring'/],
      ['modules', /attempt to modify string\.lower/],
    ])('refuses %s', async (name, message) => {
      expect((await ask(nginx.port, `/sandbox-${name}/`)).status).toBe(500);
      await expect.poll(() => nginx.log()).toMatch(message);
    });

    test('keeps the globals of a snippet from others', async () => {
      expect((await ask(nginx.port, '/global-set/')).status).toBe(200);
      expect(allValues((await ask(nginx.port, '/global-get/')).headers, 'X-Global')).toEqual(['nil']);
    });
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stripIdentity, viewerAddress } from '../../src/layers/gateway/lua.js';
import type { HeaderPair } from '../../src/local/contract/http.js';
import { allValues } from '../../src/local/http/headers.js';
import { startNginx, whyNoNginx, type Plan } from '../harness/nginx.js';
import { FakeIssuer } from '../lua/issuer.js';
import { jwtCases } from '../lua/jwt-cases.js';
import { runJwtCase } from '../lua/run-jwt-case.js';
import { startLocalLua } from '../lua/local-lua.js';
import { jwtConfig, jwtRunner } from '../lua/runners.js';
import { startFixtures, startService, type Listening } from '../lua/servers.js';
import { nginxPlace, type SnippetPlace } from '../lua/snippet-place.js';
import { reservedSpellings, viewerCases } from '../lua/snippet-cases.js';
import { phasePlans } from '../lua/phases.js';
import { noon, token } from '../lua/tokens.js';

const table = jwtCases.map((one, index) => [one.name, one, String(index)] as const);

test('no two cases have one name', () => {
  expect(new Set(jwtCases.map(({ name }) => name)).size).toBe(jwtCases.length);
});

const reason = whyNoNginx();

/** What a place is made of: the issuers by their cases, and where snippets find a server of their own. */
interface Parts {
  readonly issuers: ReadonlyMap<string, FakeIssuer>;
  readonly fixturePort: number;
  readonly plans: Readonly<Record<string, Plan>>;
}

async function inNginx({ fixturePort, plans }: Parts): Promise<SnippetPlace> {
  const service = await startService();
  const place = nginxPlace(await startNginx({ plans, servicePort: service.port, fixturePort }));
  const stop = async () => {
    await Promise.all([place.stop(), service.close()]);
  };
  return { ...place, stop };
}

const places = [
  { name: 'in the local gateway', why: undefined, start: startLocalLua },
  { name: 'in real ngx_lua', why: reason, start: inNginx },
] as const;

describe.each(places)('$name', ({ why, start }) => {
  describe.skipIf(why !== undefined)(why === undefined ? 'runs' : `skipped: ${why}`, () => {
    const issuers = new Map([...jwtCases.keys(), 'both'].map((id) => [String(id), new FakeIssuer(`/${String(id)}`)]));
    const jwt = (id: string): NonNullable<Plan['plugins']> => [{ name: 'landfall-jwt', config: jwtConfig(id) }];
    const plans: Readonly<Record<string, Plan>> = {
      ...Object.fromEntries(table.map(([, , id]) => [`jwt-${id}`, { plugins: jwt(id) }])),
      strip: { functions: { access: [stripIdentity] } },
      viewer: { functions: { access: [stripIdentity, viewerAddress] } },
      both: { functions: { access: [stripIdentity] }, plugins: jwt('both') },
    };
    const fetched: string[] = [];
    let place: SnippetPlace;
    let fixtures: Listening;

    beforeAll(async () => {
      fixtures = await startFixtures(issuers, (path) => fetched.push(path));
      const fixturePort = fixtures.port;
      place = await start({ issuers, fixturePort, plans: { ...plans, ...phasePlans(fixturePort) } });
    });
    afterAll(async () => {
      await place.stop();
      await fixtures.close();
    });

    /** What the service gets of these headers. */
    const through = async (plan: string, headers: readonly HeaderPair[]) => {
      const { service: got } = await place.ask(plan, headers);
      if (got === undefined) throw new Error(`The request did not arrive: ${(await place.log()).slice(-500)}`);
      return got;
    };

    describe('landfall-jwt', () => {
      test.each(table)('%s', (_name, one, id) => {
        const issuer = issuers.get(id) ?? new FakeIssuer(`/${id}`);
        return runJwtCase(one, jwtRunner(place, `jwt-${id}`, issuer));
      });

      test('two Authorization headers are no token: nginx itself refuses them with 400', async () => {
        await place.setClock(noon);
        const authorization = ['Authorization', `Bearer ${token()}`] as const;
        const { status, service: got } = await place.ask('jwt-0', [authorization, authorization]);
        expect([[400, 401].includes(status), got]).toEqual([true, undefined]);
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
        await expect.poll(() => place.log(), { timeout: 3000 }).toMatch(pattern);
      };

      test.each(['header-filter', 'body-filter', 'log'])('%s has no cosocket', async (plan) => {
        // The error ends the connection, or comes after the answer.
        await place.ask(`socket-in-${plan}`).catch(() => undefined);
        await logged(new RegExp(`API disabled in the context of ${plan.replace('-', '_')}_by_lua`));
      });

      test.each(['header-filter', 'body-filter', 'log'])('%s sends by a timer what it cannot itself', async (plan) => {
        await place.ask(`timer-in-${plan}`);
        await expect.poll(() => fetched).toContain(`/from-${plan}`);
      });

      test('a body cannot be answered in header_filter, a status can', async () => {
        expect((await place.ask('status-in-header-filter')).status).toBe(418);
        await place.ask('exit-in-header-filter').catch(() => undefined);
        await logged(/function cannot be called in header_filter phase/);
      });

      test('body_filter replaces the body, when header_filter has taken its length away', async () => {
        expect(await place.ask('replaced-body')).toMatchObject({ status: 503, body: 'replaced' });
      });

      test('an answer of access goes through header_filter and log', async () => {
        const answer = await place.ask('own-answer');
        expect([answer.status, allValues(answer.headers, 'X-Filtered'), answer.body]).toEqual([
          401,
          ['yes'],
          '{"message":"no"}',
        ]);
        await logged(/logged 401/);
      });

      test('an underscore in a response header’s name becomes a dash', async () => {
        expect(allValues((await place.ask('underscore')).headers, 'X-With-Dash')).toEqual(['yes']);
      });
    });

    describe('the sandbox', () => {
      test.each([
        ['require', /require 'resty\.http' not allowed within sandbox/],
        ['io', /attempt to index (global 'io'|a nil value \(global 'io'\))/],
        ['os-execute', /attempt to call (field 'execute'|a nil value \(field 'execute'\))/],
        ['getenv', /attempt to call (field 'getenv'|a nil value \(field 'getenv'\))/],
        ['setmetatable', /attempt to call (global|a nil value \(global) 'setmetatable'/],
        ['load', /attempt to call (global|a nil value \(global) 'loadstring'/],
        ['modules', /attempt to modify string\.lower/],
      ])('refuses %s', async (name, message) => {
        expect((await place.ask(`sandbox-${name}`)).status).toBe(500);
        await expect.poll(() => place.log()).toMatch(message);
      });

      test('keeps the globals of a snippet from others', async () => {
        expect((await place.ask('global-set')).status).toBe(200);
        expect(allValues((await place.ask('global-get')).headers, 'X-Global')).toEqual(['nil']);
      });
    });
  });
});

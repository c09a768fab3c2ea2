import { Readable } from 'node:stream';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { stringify } from 'yaml';
import { beforeEach, describe, expect, test } from 'vitest';
import { LandfallError } from '../../../base/errors.js';
import { UpstreamError, type Handler, type HttpRequest } from '../../../local/contract/http.js';
import { allValues, header } from '../../../local/http/headers.js';
import { json, text } from '../../../local/http/responses.js';
import { createFakeClock, type FakeClock } from '../../../local/testing/fake-clock.js';
import { ask } from '../../../local/testing/fake-request.js';
import { stripIdentity } from '../lua.js';
import { readDeclarative } from './declarative.js';
import { LocalGateway } from './gateway.js';

const issuer = 'https://auth.shop.example';
const discovery = {
  discovery_url: 'http://alb.shop.local:8080/auth/.well-known/openid-configuration',
  host: 'alb.shop.local:8080',
};
const plugins = [
  { name: 'request-size-limiting', config: { allowed_payload_size: 1, size_unit: 'kilobytes' } },
  { name: 'pre-function', config: { access: [stripIdentity] } },
  { name: 'correlation-id', config: { header_name: 'X-Request-Id', generator: 'uuid', echo_downstream: true } },
  {
    name: 'cors',
    config: {
      origins: ['^https://spa\\.shop\\.localhost$'],
      methods: ['GET', 'POST'],
      headers: ['Authorization'],
      exposed_headers: ['ETag'],
      credentials: true,
      max_age: 3600,
    },
  },
];
const service = (name: string, routes: readonly object[]) => ({
  name,
  host: `${name}.upstream`,
  port: 8443,
  protocol: 'https',
  routes,
});
const upstream = (name: string) => ({
  name: `${name}.upstream`,
  host_header: `${name}.internal`,
  targets: [{ target: 'alb.shop.local:8443' }],
});
const document = {
  _format_version: '3.0',
  plugins,
  services: [
    service('offers', [
      { name: 'read', paths: ['~/offers(?:/|$)'], regex_priority: 7, methods: ['GET', 'OPTIONS'] },
      {
        name: 'write',
        paths: ['~/offers(?:/|$)'],
        regex_priority: 7,
        methods: ['POST', 'OPTIONS'],
        plugins: [{ name: 'landfall-jwt', config: discovery }],
      },
    ]),
    service('deep', [{ name: 'deep', paths: ['~/offers/deep(?:/|$)'], regex_priority: 12 }]),
  ],
  upstreams: [upstream('offers'), upstream('deep')],
};

let clock: FakeClock;
let seen: HttpRequest[];
let upstreamAnswer: Handler['request'];
let keys: JWK[];
let fetched: number;
let issuerAnswer: ReturnType<typeof json> | undefined;
let privateKey: CryptoKey;

const upgrade = () => Promise.resolve();

function gatewayOf(yaml: object = document): Promise<LocalGateway> {
  const alb: Handler = { request: (request) => (seen.push(request), upstreamAnswer(request)), upgrade };
  const internal: Handler = {
    request: ({ target }) => {
      if (issuerAnswer !== undefined) return Promise.resolve(issuerAnswer);
      fetched += target.endsWith('jwks.json') ? 1 : 0;
      const isKeys = target.endsWith('jwks.json');
      return Promise.resolve(
        json(200, isKeys ? { keys } : { issuer, jwks_uri: 'http://alb.shop.local:8080/auth/.well-known/jwks.json' }),
      );
    },
    upgrade,
  };
  return LocalGateway.start(readDeclarative(stringify(yaml), 'kong.yml'), {
    address: 'aws_ecs_service.gateway',
    clock,
    edgePort: 4400,
    reach: (name, port) => (name === 'alb.shop.local' ? { 8443: alb, 8080: internal }[port] : undefined),
  });
}

async function newKey(kid: string): Promise<CryptoKey> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  keys.push({ ...(await exportJWK(pair.publicKey)), kid, use: 'sig', alg: 'RS256' });
  return pair.privateKey;
}

const nowSeconds = () => Math.floor(clock.now() / 1000);

function token(claims: object = {}, kid = 'one', key = privateKey): Promise<string> {
  const all = { iss: issuer, sub: 'user-1', exp: nowSeconds() + 600, ...claims };
  return new SignJWT(all).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
}

const write = async (gateway: LocalGateway, bearer: string | undefined) =>
  ask(gateway, {
    method: 'POST',
    target: '/offers',
    headers: bearer === undefined ? [] : [['Authorization', `Bearer ${bearer}`]],
  });

beforeEach(async () => {
  clock = createFakeClock(Date.parse('2026-11-23T12:00:00Z'));
  seen = [];
  keys = [];
  fetched = 0;
  issuerAnswer = undefined;
  upstreamAnswer = () => Promise.resolve(text(200, 'from the service'));
  privateKey = await newKey('one');
});

describe('routes', () => {
  test.each([
    ['GET', '/offers', 200, 'offers.internal'],
    ['GET', '/offers/1?x=1', 200, 'offers.internal'],
    ['GET', '/offers/deep/1', 200, 'offers.internal'],
    ['DELETE', '/offers/deep', 200, 'deep.internal'],
    ['GET', '/offersome', 404, undefined],
    ['DELETE', '/offers', 404, undefined],
    ['GET', '/', 404, undefined],
  ] as const)('%s %s answers %i and goes to %s', async (method, target, status, host) => {
    const answer = await ask(await gatewayOf(), { method, target });
    expect(answer.status).toBe(status);
    expect(seen.map(({ headers }) => header(headers, 'host'))).toEqual(host === undefined ? [] : [host]);
  });

  test('without a route the answer is Kong’s', async () => {
    const { body } = await ask(await gatewayOf(), { target: '/nowhere' });
    expect(JSON.parse(body)).toMatchObject({ message: 'no Route matched with those values' });
  });

  test.each([
    ['timeout', 504],
    ['refused', 502],
    ['reset', 502],
  ] as const)('an upstream that gives a %s answers %i', async (reason, status) => {
    upstreamAnswer = () => Promise.reject(new UpstreamError(reason, 'x'));
    expect((await ask(await gatewayOf(), { target: '/offers' })).status).toBe(status);
  });

  test('a plugin that the local gateway does not have is refused by its name', async () => {
    const unknown = { ...document, plugins: [{ name: 'acl', config: {} }] };
    await expect(gatewayOf(unknown)).rejects.toThrow(LandfallError);
    await expect(gatewayOf(unknown)).rejects.toThrow(/acl/);
  });

  test('Lua that does not compile is refused when the gateway starts', async () => {
    const other = { ...document, plugins: [{ name: 'pre-function', config: { access: ['if then'] } }] };
    await expect(gatewayOf(other)).rejects.toThrow(/pre-function.*unexpected symbol/);
  });
});

describe('identity headers', () => {
  test.each([
    'X-User-Id',
    'x_user_id',
    'X-USER-CLAIMS',
    'X_User-Email',
    'X-Consumer-Username',
    'x_consumer_id',
    'X-Userinfo',
    'x_userinfo',
  ])('%s from outside never reaches a service', async (name) => {
    await ask(await gatewayOf(), {
      target: '/offers',
      headers: [
        [name, 'intruder'],
        [name.toLowerCase(), 'again'],
        ['X-Username', 'stays'],
      ],
    });
    const names = seen[0]?.headers.map(([key]) => key.toLowerCase()) ?? [];
    expect(names).not.toContain(name.toLowerCase());
    expect(names).toContain('x-username');
  });

  test('a valid token sets them, over whatever came', async () => {
    await ask(await gatewayOf(), {
      method: 'POST',
      target: '/offers',
      headers: [
        ['X-User-Id', 'intruder'],
        ['Authorization', `Bearer ${await token()}`],
      ],
    });
    const [request] = seen;
    expect(allValues(request?.headers ?? [], 'x-user-id')).toEqual(['user-1']);
    const claims = header(request?.headers ?? [], 'x-user-claims') ?? '';
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ iss: issuer, sub: 'user-1' });
  });
});

describe('the token check', () => {
  test('a good token passes, and the key set is asked for once', async () => {
    const gateway = await gatewayOf();
    const statuses = await Promise.all(
      [token(), token(), token()].map(async (one) => (await write(gateway, await one)).status),
    );
    expect(statuses).toEqual([200, 200, 200]);
    expect(fetched).toBe(1);
  });

  test('refuses what is not a good token', async () => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const good = await token();
    const [, body = ''] = good.split('.');
    const stranger = (await generateKeyPair('RS256')).privateKey;
    const hmac = await new SignJWT({ iss: issuer, sub: 'x', exp: nowSeconds() + 600 })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(JSON.stringify(keys[0])));
    const bad: Readonly<Record<string, string | undefined>> = {
      missing: undefined,
      garbage: 'a.b.c',
      expired: await token({ exp: nowSeconds() - 31 }),
      'not yet valid': await token({ nbf: nowSeconds() + 31 }),
      'another issuer': await token({ iss: 'https://elsewhere.example' }),
      'no subject': await token({ sub: undefined }),
      'no expiry': await token({ exp: undefined }),
      'another key': await token({}, 'one', stranger),
      'unknown key id': await token({}, 'two', stranger),
      'alg none': `${encode({ alg: 'none', kid: 'one' })}.${body}.`,
      'alg none, signed': `${encode({ alg: 'none', kid: 'one' })}.${body}.x`,
      'HS256 with the public key': hmac,
    };
    const gateway = await gatewayOf();
    for (const [name, value] of Object.entries(bad)) {
      const answer = await write(gateway, value);
      expect([name, answer.status, answer.header('www-authenticate')]).toEqual([name, 401, 'Bearer']);
    }
    expect(seen).toEqual([]);
  });

  test('clocks may differ by 30 seconds', async () => {
    expect((await write(await gatewayOf(), await token({ exp: nowSeconds() - 29 }))).status).toBe(200);
  });

  test('a rotated key is found by one more fetch, which unknown key ids cannot repeat at will', async () => {
    const gateway = await gatewayOf();
    await write(gateway, await token());
    const second = await newKey('two');
    await clock.advance(11_000);
    expect((await write(gateway, await token({}, 'two', second))).status).toBe(200);
    expect(fetched).toBe(2);
    for (let count = 0; count < 20; count += 1) await write(gateway, await token({}, `guess-${String(count)}`, second));
    expect(fetched).toBe(2);
  });

  test('while the issuer cannot be asked, known keys stay good, and without any the answer is 503, not 401', async () => {
    const gateway = await gatewayOf();
    await write(gateway, await token());
    issuerAnswer = json(500, {});
    await clock.advance(400_000);
    expect((await write(gateway, await token())).status).toBe(200);
    expect((await write(await gatewayOf(), await token())).status).toBe(503);
  });

  test('an issuer that is asleep (the load balancer’s own 503) asks the client to come back', async () => {
    issuerAnswer = json(503, {}, [['Server', 'awselb/2.0']]);
    const answer = await write(await gatewayOf(), await token());
    expect([answer.status, answer.header('retry-after')]).toEqual([503, '45']);
  });
});

describe('cors', () => {
  const preflight = async (origin: string) =>
    ask(await gatewayOf(), {
      method: 'OPTIONS',
      target: '/offers',
      headers: [
        ['Origin', origin],
        ['Access-Control-Request-Method', 'POST'],
      ],
    });

  test.each(['https://spa.shop.localhost', 'https://spa.shop.localhost:4400'])(
    'a preflight from %s is allowed, without a token',
    async (origin) => {
      const answer = await preflight(origin);
      expect([
        answer.status,
        answer.header('access-control-allow-origin'),
        answer.header('access-control-max-age'),
      ]).toEqual([200, origin, '3600']);
      expect(seen).toEqual([]);
    },
  );

  test('a preflight has each header once', async () => {
    const names = (await preflight('https://spa.shop.localhost')).headers.map(([name]) => name.toLowerCase());
    expect(names).toEqual([...new Set(names)]);
    expect(names).not.toContain('access-control-expose-headers');
  });

  test('no origins are all origins, as Kong has it', async () => {
    const config = { origins: [], methods: [], headers: [], exposed_headers: [], credentials: true, max_age: 1 };
    const gateway = await gatewayOf({ ...document, plugins: [{ name: 'cors', config }] });
    const answer = await ask(gateway, { target: '/offers', headers: [['Origin', 'https://evil.example']] });
    expect(answer.header('access-control-allow-origin')).toBe('https://evil.example');
  });

  test.each(['https://evil.example', 'https://spa.shop.localhost.evil.example', 'https://xspa.shop.localhost', 'null'])(
    'a preflight from %s gets no permission',
    async (origin) => {
      expect((await preflight(origin)).header('access-control-allow-origin')).toBeUndefined();
    },
  );

  test('an answer names the origin it is for', async () => {
    const answer = await ask(await gatewayOf(), {
      target: '/offers',
      headers: [['Origin', 'https://spa.shop.localhost:4400']],
    });
    expect(answer.header('access-control-allow-origin')).toBe('https://spa.shop.localhost:4400');
    expect(answer.header('vary')).toBe('Origin');
  });
});

describe('other plugins', () => {
  test('a request id is made when there is none, kept when there is, and told to both sides', async () => {
    const made = await ask(await gatewayOf(), { target: '/offers' });
    const given = await ask(await gatewayOf(), { target: '/offers', headers: [['x-request-id', 'mine']] });
    expect(made.header('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.header('x-request-id')).toBe(header(seen[0]?.headers ?? [], 'x-request-id'));
    expect([given.header('x-request-id'), header(seen[1]?.headers ?? [], 'x-request-id')]).toEqual(['mine', 'mine']);
  });

  test.each([
    ['1024', 200],
    ['1025', 413],
  ])('a body of %s bytes answers %i', async (length, status) => {
    const headers = [
      ['Content-Length', length],
      ['Authorization', `Bearer ${await token()}`],
    ] as const;
    expect((await ask(await gatewayOf(), { method: 'POST', target: '/offers', headers })).status).toBe(status);
  });

  test.each([
    ['fails', undefined],
    ['answers for it, as the load balancer does', 502],
  ])('a body of unknown length is broken off when it grows too large, and upstream %s', async (_what, status) => {
    upstreamAnswer = async (request) => {
      try {
        for await (const _chunk of request.body ?? []);
        return text(200, 'all read');
      } catch (error) {
        if (status === undefined) throw error;
        return text(status, 'Bad Gateway');
      }
    };
    const body = Readable.from([Buffer.alloc(1000), Buffer.alloc(1000)]);
    const headers = [['Authorization', `Bearer ${await token()}`]] as const;
    const gateway = await gatewayOf();
    await expect(ask(gateway, { method: 'POST', target: '/offers', headers, body })).resolves.toMatchObject({
      status: 413,
    });
  });
});

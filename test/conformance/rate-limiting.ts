import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Place } from '../../src/layers/elasticache/local/testing/place.js';
import { LocalGateway } from '../../src/layers/gateway/local/gateway.js';
import { readDeclarative } from '../../src/layers/gateway/local/declarative.js';
import { text } from '../../src/local/http/responses.js';
import { createFakeClock } from '../../src/local/testing/fake-clock.js';
import { ask, type FakeAnswer } from '../../src/local/testing/fake-request.js';
import type { ConformanceCase } from './case.js';
import { inPlace } from './redis-plane.js';

const docs = 'https://developer.konghq.com/plugins/rate-limiting (read 2026-11-25)';
const headersPage =
  'https://github.com/Kong/docs.konghq.com/blob/main/app/_hub/kong-inc/rate-limiting/_index.md (read 2026-11-25)';
const handler =
  'https://github.com/Kong/kong/blob/0045b67290032646c1ad56bbd871ad340bf9f476/kong/plugins/rate-limiting/handler.lua (read 2026-11-25)';
const policies =
  'https://github.com/Kong/kong/blob/003ca36200a06053fd06977d03de0c3c3b77b55f/kong/plugins/rate-limiting/policies/init.lua (read 2026-11-25)';

interface GatewayOptions {
  readonly policy?: 'local' | 'redis';
  readonly limits?: Readonly<Record<string, number>>;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly clock?: ReturnType<typeof createFakeClock>;
}

/** Of the gateways that run. */
const closing: AbortController[] = [];

const noon = Date.parse('2026-11-25T12:00:15Z');

/** One gateway process. */
function gatewayOf(place: Place, { policy = 'redis', limits = { minute: 3 }, more = {}, clock }: GatewayOptions = {}) {
  const redis = {
    host: 'redis.shop.local',
    port: 6379,
    timeout: 500,
    ssl: true,
    ssl_verify: false,
    password: '{vault://env/redis-password}',
  };
  const plugin = {
    name: 'rate-limiting',
    config: { ...limits, policy, limit_by: 'header', header_name: 'X-Viewer-Address', redis, ...more },
  };
  const document = {
    _format_version: '3.0',
    plugins: [plugin],
    services: [
      {
        name: 'offers',
        host: 'offers.upstream',
        port: 8443,
        protocol: 'https',
        routes: [{ name: 'offers-0', paths: ['/'] }],
      },
    ],
  };
  const stopping = new AbortController();
  closing.push(stopping);
  return LocalGateway.start(readDeclarative(JSON.stringify(document), 'kong.yml'), {
    address: 'aws_ecs_service.gateway',
    clock: clock ?? createFakeClock(noon),
    edgePort: 4400,
    reach: () => ({ request: () => Promise.resolve(text(200, 'ok')), upgrade: () => Promise.resolve() }),
    env: { REDIS_PASSWORD: place.password },
    cache: (name) =>
      name === 'redis.shop.local'
        ? { name, host: '127.0.0.1', port: place.port, caCertificate: place.tls.caPem }
        : undefined,
    signal: stopping.signal,
  });
}

const from = async (gateway: Promise<LocalGateway>, viewer = '203.0.113.7'): Promise<FakeAnswer> =>
  ask(await gateway, { headers: [['X-Viewer-Address', viewer]] });

const messageOf = ({ body }: FakeAnswer): unknown => (JSON.parse(body) as { readonly message?: unknown }).message;

async function statuses(asked: readonly (() => Promise<FakeAnswer>)[]): Promise<readonly number[]> {
  const found: number[] = [];
  for (const one of asked) found.push((await one()).status);
  return found;
}

/** A case with a cache that runs. */
const withCache =
  (work: (place: Place, stopCache: () => Promise<void>) => Promise<void>): (() => Promise<void>) =>
  () =>
    inPlace(async (place) => {
      const cache = await place.openCache();
      await work(place, () => cache.stop()).finally(() => closing.splice(0).forEach((gateway) => gateway.abort()));
    });

const rateLimit = (name: string, source: string, run: ConformanceCase['run']): ConformanceCase => ({
  layer: 'rate-limiting',
  name,
  source,
  run,
});

export const rateLimitingCases: readonly ConformanceCase[] = [
  rateLimit(
    'with redis is one limit for all gateways',
    docs,
    withCache(async (place) => {
      const [first, second] = [gatewayOf(place), gatewayOf(place)];
      const asked = [first, second, first, second, first].map((gateway) => () => from(gateway));
      assert.deepEqual(await statuses(asked), [200, 200, 200, 429, 429]);
    }),
  ),
  rateLimit(
    'with redis lets through exactly its limit of requests that come at once',
    policies,
    withCache(async (place) => {
      const gateways = [gatewayOf(place, { limits: { minute: 10 } }), gatewayOf(place, { limits: { minute: 10 } })];
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => from(gateways[index % 2] ?? gatewayOf(place))),
      );
      assert.equal(answers.filter(({ status }) => status === 200).length, 10);
    }),
  ),
  rateLimit(
    'with local is a limit of each gateway',
    docs,
    withCache(async (place) => {
      const options = { policy: 'local', limits: { minute: 1 } } as const;
      const [first, second] = [gatewayOf(place, options), gatewayOf(place, options)];
      const asked = [first, second, first, second].map((gateway) => () => from(gateway));
      assert.deepEqual(await statuses(asked), [200, 200, 429, 429]);
    }),
  ),
  rateLimit(
    'tells the limit, what is left and the seconds to the reset',
    headersPage,
    withCache(async (place) => {
      const answer = await from(gatewayOf(place));
      const names = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'];
      assert.deepEqual(names.map(answer.header), ['3', '2', '45']);
      assert.equal(answer.header('X-RateLimit-Limit-Minute'), '3');
      assert.equal(answer.header('X-RateLimit-Remaining-Minute'), '2');
    }),
  ),
  rateLimit(
    'tells of each window when there are several',
    headersPage,
    withCache(async (place) => {
      const answer = await from(gatewayOf(place, { limits: { second: 5, minute: 10 } }));
      const names = ['Limit-Second', 'Remaining-Second', 'Limit-Minute', 'Remaining-Minute'];
      assert.deepEqual(
        names.map((name) => answer.header(`X-RateLimit-${name}`)),
        ['5', '4', '10', '9'],
      );
    }),
  ),
  rateLimit(
    'answers 429 with a message when the limit is reached, and when to come again',
    headersPage,
    withCache(async (place) => {
      const gateway = gatewayOf(place, { limits: { minute: 1 } });
      await from(gateway);
      const refused = await from(gateway);
      assert.equal(refused.status, 429);
      assert.equal(messageOf(refused), 'API rate limit exceeded');
      assert.equal(refused.header('Retry-After'), '45');
    }),
  ),
  rateLimit(
    'answers the configured status and message',
    'https://developer.konghq.com/plugins/rate-limiting/reference/ (not re-read)',
    withCache(async (place) => {
      const more = { error_code: 420, error_message: 'Enhance your calm' };
      const gateway = gatewayOf(place, { limits: { minute: 1 }, more });
      await from(gateway);
      const refused = await from(gateway);
      assert.deepEqual([refused.status, messageOf(refused)], [420, 'Enhance your calm']);
    }),
  ),
  rateLimit(
    'counts each viewer for itself, and one without the header by its address',
    handler,
    withCache(async (place) => {
      const gateway = gatewayOf(place, { limits: { minute: 1 } });
      const nameless = (address: string) => async () => ask(await gateway, { peer: { address, port: 1 } });
      const asked = [
        () => from(gateway, '203.0.113.7'),
        () => from(gateway, '203.0.113.8'),
        nameless('198.51.100.1'),
        nameless('198.51.100.1'),
        nameless('198.51.100.2'),
      ];
      assert.deepEqual(await statuses(asked), [200, 200, 200, 429, 200]);
    }),
  ),
  rateLimit(
    'begins anew with the minute of the clock, not a minute after the first request',
    policies,
    withCache(async (place) => {
      const clock = createFakeClock(noon);
      const gateway = gatewayOf(place, { limits: { minute: 1 }, clock });
      assert.deepEqual(await statuses([() => from(gateway), () => from(gateway)]), [200, 429]);
      await clock.advance(45_000);
      assert.deepEqual(await statuses([() => from(gateway)]), [200]);
    }),
  ),
  rateLimit(
    'keeps its count under Kong’s key, for the length of the window',
    policies,
    withCache(async (place) => {
      const gateway = gatewayOf(place);
      await from(gateway);
      await from(gateway);
      const client = place.client();
      const nobody = '00000000-0000-0000-0000-000000000000';
      const minute = String(Date.parse('2026-11-25T12:00:00Z'));
      const key = `ratelimit:${nobody}:${nobody}:203.0.113.7:${minute}:minute`;
      assert.deepEqual(await client.keys('*'), [key]);
      assert.equal(await client.get(key), '2');
      const seconds = await client.ttl(key);
      assert.ok(seconds > 50 && seconds <= 60, `it is kept for ${String(seconds)} s`);
    }),
  ),
  rateLimit(
    'with redis counts refused requests too',
    policies,
    withCache(async (place) => {
      const gateway = gatewayOf(place, { limits: { minute: 1, hour: 9 } });
      const last = [await from(gateway), await from(gateway), await from(gateway)].at(-1);
      assert.equal(last?.header('X-RateLimit-Remaining-Hour'), '7');
    }),
  ),
  rateLimit(
    'with local does not count refused requests',
    handler,
    withCache(async (place) => {
      const gateway = gatewayOf(place, { policy: 'local', limits: { minute: 1, hour: 9 } });
      const last = [await from(gateway), await from(gateway), await from(gateway)].at(-1);
      assert.equal(last?.header('X-RateLimit-Remaining-Hour'), '8');
    }),
  ),
  rateLimit(
    'when it tolerates faults lets requests pass uncounted while Redis is away, and counts again when it is back',
    handler,
    withCache(async (place, stopCache) => {
      const gateway = gatewayOf(place, { limits: { minute: 1 }, more: { fault_tolerant: true } });
      await from(gateway);
      await stopCache();
      await pause(50);
      const [first, second] = [await from(gateway), await from(gateway)];
      assert.deepEqual([first.status, second.status], [200, 200]);
      assert.equal(first.header('RateLimit-Limit'), undefined);
      await place.openCache();
      assert.equal((await from(gateway)).status, 429);
    }),
  ),
  rateLimit(
    'when it does not tolerate faults answers 500 while Redis is away',
    handler,
    withCache(async (place, stopCache) => {
      const gateway = gatewayOf(place, { more: { fault_tolerant: false } });
      await stopCache();
      const answer = await from(gateway);
      assert.equal(answer.status, 500);
      assert.equal(messageOf(answer), 'An unexpected error occurred');
    }),
  ),
  rateLimit(
    'takes a password that Redis refuses for a fault',
    policies,
    withCache(async (place) => {
      place.password = 'a-password-that-came-later';
      const gateway = gatewayOf(place);
      place.password = 'and-another-one-after-that';
      const answer = await from(gateway);
      assert.deepEqual([answer.status, answer.header('RateLimit-Limit')], [200, undefined]);
    }),
  ),
  rateLimit(
    'says nothing of limits when its headers are hidden',
    handler,
    withCache(async (place) => {
      const gateway = gatewayOf(place, { limits: { minute: 1 }, more: { hide_client_headers: true } });
      const answers = [await from(gateway), await from(gateway)];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 429],
      );
      for (const answer of answers)
        assert.deepEqual(
          answer.headers.filter(([name]) => /ratelimit|retry/i.test(name)),
          [],
        );
    }),
  ),
];

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { connect } from 'node:tls';
import { cloudmap } from '../../src/layers/cloudmap/index.js';
import { missingServer, type Place } from '../../src/layers/elasticache/local/testing/place.js';
import { secrets } from '../../src/layers/secrets/index.js';
import { inert } from '../../src/stack/layer.js';
import type { ConformanceCase } from './case.js';
import { rateLimitingCases } from './rate-limiting.js';
import { cacheAddress, inPlace, onPlane, type RedisPlane } from './redis-plane.js';

const guide = 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg';
const auth = `${guide}/auth.html`;
const today = '(read 2026-11-25)';
const unread = '(not re-read)';

/** Commands that a client may not have. */
const restricted = 'bgrewriteaof bgsave config debug migrate replicaof save shutdown slaveof sync'.split(' ');

/** Registers the cache as an instance of a service of Cloud Map. */
async function nameCache({ apply }: RedisPlane, cname: unknown): Promise<void> {
  const named = inert('', ({ args }) => ({ name: args['name'] }));
  await apply(named, 'aws_service_discovery_service.redis', { name: 'redis' });
  await apply(cloudmap.local.aws_service_discovery_instance, 'aws_service_discovery_instance.redis', {
    service_id: 'aws_service_discovery_service.redis',
    attributes: { AWS_INSTANCE_CNAME: cname },
  });
}

/** The first line that the server answers to one line. */
async function saying({ port, tls }: Place, line: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ca: tls.caPem }).on('error', () => undefined);
  socket.write(`${line}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString('latin1');
}

const cacheCases: readonly ConformanceCase[] = [
  {
    layer: 'redis',
    name: 'proves itself with a certificate that its authority has signed for the endpoint',
    source: `${guide}/in-transit-encryption.html ${unread}`,
    run: () =>
      inPlace(async (place) => {
        await place.openCache();
        assert.equal(await place.client().ping(), 'PONG');
        await assert.rejects(place.client({ ca: [] }).ping());
      }),
  },
  {
    layer: 'redis',
    name: 'drops a connection that is not encrypted',
    source: `${guide}/in-transit-encryption-enable.html ${today}`,
    run: () =>
      inPlace(async (place) => {
        await place.openCache();
        const socket = createConnection(place.port, '127.0.0.1').on('error', () => undefined);
        let received = '';
        socket.on('data', (data: Buffer) => void (received += data.toString('latin1'))).write('PING\r\n');
        await new Promise((resolve) => socket.once('close', resolve));
        assert.doesNotMatch(received, /PONG|NOAUTH/);
      }),
  },
  {
    layer: 'redis',
    name: 'runs no command before the password',
    source: `${auth} ${today}`,
    run: () =>
      inPlace(async (place) => {
        await place.openCache();
        assert.match(await saying(place, 'GET key'), /^-NOAUTH/);
      }),
  },
  {
    layer: 'redis',
    name: 'refuses a wrong password',
    source: `${auth} ${today}`,
    run: () =>
      inPlace(async (place) => {
        await place.openCache();
        assert.match(await saying(place, `AUTH ${place.password}x`), /^-WRONGPASS/);
        assert.match(await saying(place, `AUTH ${place.password}`), /^\+OK/);
      }),
  },
  {
    layer: 'redis',
    name: 'takes every character that a password may have, and 128 of them',
    source: `${auth} ${today}`,
    run: () =>
      inPlace(async (place) => {
        place.password = 'Aa0!&#$^<>-'.repeat(12).slice(0, 128);
        await place.openCache();
        assert.equal(await place.client().ping(), 'PONG');
      }),
  },
  {
    layer: 'redis',
    name: 'keeps connections that were made with the password before a change',
    source: `${auth} ${unread}`,
    run: () =>
      inPlace(async (place) => {
        await place.openCache();
        const before = place.client();
        await before.ping();
        place.password = 'the-password-after-the-change';
        assert.equal(await place.client().ping(), 'PONG');
        assert.equal(await before.ping(), 'PONG');
      }),
  },
  ...restricted.map((command): ConformanceCase => ({
    layer: 'redis',
    name: `has no command ${command}`,
    source: `${guide}/ClientConfig.RestrictedCommands.html ${today}`,
    run: () =>
      inPlace(async (place) => {
        await place.openCache();
        await assert.rejects(place.client().call(command), /unknown command/);
      }),
  })),
  {
    layer: 'redis',
    name: 'gives data three quarters of a node’s memory: 402,653,184 bytes of a cache.t3.micro',
    source: `https://aws.amazon.com/premiumsupport/knowledge-center/available-memory-elasticache-redis-node/ ${today}`,
    run: () =>
      onPlane(async ({ parameters, cache }, place) => {
        await parameters({});
        await cache();
        assert.match(await place.client().info('memory'), /\bmaxmemory:402653184\b/);
      }),
  },
  {
    layer: 'redis',
    name: 'with noeviction fails writes when memory is full, and still reads and deletes',
    source: `https://redis.io/docs/latest/develop/reference/errors/common/oom/ ${today}`,
    run: () =>
      inPlace(async (place) => {
        await place.openCache({ 'maxmemory-policy': 'noeviction', maxmemory: '4194304' });
        const client = place.client();
        const fill = async () => {
          for (let index = 0; index < 200; index += 1) await client.set(`key-${String(index)}`, 'x'.repeat(100_000));
        };
        await assert.rejects(fill(), /OOM command not allowed when used memory > 'maxmemory'/);
        assert.equal((await client.get('key-0'))?.length, 100_000);
        assert.equal(await client.del('key-0'), 1);
        await client.set('key-0', 'fits again');
      }),
  },
  {
    layer: 'redis',
    name: 'takes a changed parameter of its group while it runs',
    source: `${guide}/ParameterGroups.Modifying.html ${unread}`,
    run: () =>
      onPlane(async ({ parameters, cache }, place) => {
        await parameters({ 'maxmemory-policy': 'noeviction' });
        await cache();
        const client = place.client();
        assert.match(await client.info('memory'), /maxmemory_policy:noeviction/);
        await parameters({ 'maxmemory-policy': 'allkeys-lru' });
        assert.match(await client.info('memory'), /maxmemory_policy:allkeys-lru/);
      }),
  },
  {
    layer: 'redis',
    name: 'answers at the address and port that its attributes name, and by its name of Cloud Map',
    source: `https://docs.aws.amazon.com/cloud-map/latest/dg/services-route53.html ${today}`,
    run: () =>
      onPlane(async (redis, place) => {
        await redis.parameters({});
        const { primary_endpoint_address, port } = await redis.cache();
        assert.deepEqual([primary_endpoint_address, port], ['127.0.0.1', place.port]);
        await nameCache(redis, primary_endpoint_address);
        const named = redis.plane.registry.connect('aws_service_discovery_instance.redis', 'cacheServer');
        assert.deepEqual([named.name, named.host, named.port], ['redis.shop.local', '127.0.0.1', place.port]);
      }),
  },
  {
    layer: 'redis',
    name: 'is given the password that Secrets Manager has now, in place of the one it was made with',
    source: `https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html ${unread}`,
    run: () =>
      onPlane(async ({ plane, parameters, cache, apply }, place) => {
        await parameters({});
        await cache();
        assert.equal(await place.client().ping(), 'PONG');
        await apply(secrets.local.aws_secretsmanager_secret, 'aws_secretsmanager_secret.shared__REDIS', {
          name: 'shop/dev/shared/REDIS',
        });
        plane.vault.set('shop/dev/shared/REDIS', JSON.stringify({ url: '', password: 'of-the-secret' }));
        assert.equal(await place.client({ password: 'of-the-secret' }).ping(), 'PONG');
        await assert.rejects(place.client().ping());
        assert.notEqual(plane.registry.attributes.get(cacheAddress)?.['auth_token'], 'of-the-secret');
      }),
  },
  {
    layer: 'redis',
    name: 'wakes a client that waits for a list, delivers messages, and runs scripts, as queues need it',
    source: `https://redis.io/docs/latest/commands/blmove/ ${unread}`,
    run: () =>
      inPlace(async (place) => {
        await place.openCache();
        const waiting = place.client().blmove('wait', 'active', 'RIGHT', 'LEFT', 10);
        const client = place.client();
        await client.lpush('wait', 'job');
        assert.equal(await waiting, 'job');
        const subscriber = place.client();
        await subscriber.subscribe('events');
        const message = new Promise((resolve) => subscriber.once('message', (_channel, text) => resolve(text)));
        await client.publish('events', 'done');
        assert.equal(await message, 'done');
        assert.equal(await client.eval("return redis.call('llen', KEYS[1])", 1, 'active'), 1);
      }),
  },
];

let missing: Promise<string | undefined> | undefined;

/** The case where a server can be had; elsewhere it says that it did not run, and why. CI must have one. */
async function runWithServer({ layer, name, run }: ConformanceCase): Promise<void> {
  missing ??= missingServer();
  const reason = await missing;
  if (reason === undefined) await run();
  else process.stderr.write(`Not run: ${layer}: ${name}. ${reason}\n`);
}

/** What ElastiCache is to services, and Kong's rate limiting that counts in it. */
export const cases: readonly ConformanceCase[] = [...cacheCases, ...rateLimitingCases].map((one) => ({
  ...one,
  run: () => runWithServer(one),
}));

import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { messageOf } from '../../../src/base/errors.js';
import { expectEqual, expectTrue, type Row } from '../row.js';
import { api, jsonRequest, signIn, until, viewer, type Shop } from '../shop.js';
import { taskOf } from './data.js';
import { withDatabase } from './sign-in.js';

const limit = 600;
const queue = 'bull:offers-summary';

interface Summary {
  readonly count: number;
  readonly madeAt: string;
}

/** Sessions, the queue and its worker, the gateway's rate limit: all in the one Redis. */
export const redisRows: readonly Row[] = [
  {
    name: 'Redis takes TLS with the password, and nothing else',
    check: async (shop) => {
      const outcomes = await Promise.all([
        pingOf(shop, {}),
        pingOf(shop, { password: 'wrong' }),
        pingOf(shop, { tls: false }),
      ]);
      const [right, wrong, plain] = outcomes;
      expectEqual([right, wrong], ['PONG', 'WRONGPASS'], 'PING with the password, with a wrong one');
      expectTrue(plain !== 'PONG', 'it answers without TLS');
      return `PONG over TLS with the password; ${wrong} with another; without TLS nothing`;
    },
  },
  {
    name: 'a session lives in Redis for as long as its token, and ends when the user signs out',
    check: async (shop) => {
      const token = await signIn(shop);
      const session = (method: 'GET' | 'DELETE') =>
        shop.request(`${api(shop)}/auth/session`, { method, headers: { authorization: `Bearer ${token}` } });
      const { id } = (await session('GET')).json<{ readonly id: string }>();
      const seconds = await withRedis(shop, (redis) => redis.ttl(`session:${id}`));
      expectTrue(seconds > 3500 && seconds <= 3600, `it lives for ${String(seconds)} s`);
      const [ended, after] = [await session('DELETE'), await session('GET')];
      expectEqual([ended.status, after.status], [204, 401], 'DELETE, then GET /auth/session');
      return `it ends by itself after ${String(seconds)} s; after sign-out 401, with the same token`;
    },
  },
  {
    name: 'a change puts a job into the queue, and the worker does it',
    check: async (shop) => {
      const token = await signIn(shop);
      const before = await summaryOf(shop);
      const made = await shop.request(`${api(shop)}/offers`, jsonRequest('POST', offer, token));
      expectEqual(made.status, 201, 'POST /offers');
      const { id } = made.json<{ readonly id: string }>();
      const seconds = await until(async () => (await summaryOf(shop))?.madeAt !== before?.madeAt);
      const count = (await summaryOf(shop))?.count;
      expectEqual(count, await offersIn(shop), 'offers in the summary');
      await shop.request(`${api(shop)}/offers/${id}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${token}` },
      });
      return `GET /offers/summary counts ${String(count)} offers, ${(seconds / 1000).toFixed(1)} s after the change`;
    },
  },
  {
    name: 'a job whose worker is killed in the middle is done by the next worker',
    check: async (shop) => {
      const token = await signIn(shop);
      const before = await taskOf(shop, 'aws_ecs_service.offers_worker');
      const started = performance.now();
      const madeBefore = (await summaryOf(shop))?.madeAt;
      // The worker asks offers-service, which waits for its table: the job is in the middle for as long.
      const job = await withDatabase(shop, 'offers-service', async (client) => {
        await client.query('BEGIN');
        await client.query('LOCK TABLE offers IN ACCESS EXCLUSIVE MODE');
        const asked = await shop.request(`${api(shop)}/offers/summary`, jsonRequest('POST', {}, token));
        expectEqual(asked.status, 202, 'POST /offers/summary');
        const { job: id } = asked.json<{ readonly job: string }>();
        await until(async () => (await jobsAtWork(shop)).includes(id));
        process.kill(before.pid, 'SIGKILL');
        await client.query('COMMIT');
        return id;
      });
      await until(async () => (await finishedAt(shop, job)) !== null);
      const seconds = (performance.now() - started) / 1000;
      const after = await taskOf(shop, 'aws_ecs_service.offers_worker');
      expectTrue(after.pid !== before.pid, 'the worker is still the same');
      expectTrue((await summaryOf(shop))?.madeAt !== madeBefore, 'the summary is still the old one');
      return `job ${job}: worker ${String(before.pid)} killed, done by ${String(after.pid)} after ${seconds.toFixed(1)} s`;
    },
  },
  {
    name: 'the gateway lets one viewer make 600 requests a minute, and answers 429 to the next',
    check: async (shop) => {
      await beginOfMinute();
      const many = viewer(shop, freshAddress());
      const first = await shop.request(`${api(shop)}/offers/issuer`, { dispatcher: many });
      const limits = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'].map((name) => first.headers[name]);
      expectEqual(limits.slice(0, 2), [String(limit), String(limit - 1)], 'RateLimit-Limit and RateLimit-Remaining');
      let rest = limit - 1;
      const worker = async () => {
        for (; rest > 0;) {
          rest -= 1;
          const { status } = await shop.request(`${api(shop)}/offers/issuer`, { dispatcher: many });
          expectEqual(status, 200, 'a request below the limit');
        }
      };
      await Promise.all(Array.from({ length: 20 }, worker));
      const refused = await shop.request(`${api(shop)}/offers/issuer`, { dispatcher: many });
      expectEqual(refused.status, 429, `request ${String(limit + 1)}`);
      const retry = Number(refused.headers['retry-after']);
      expectTrue(retry > 0 && retry <= 60, `Retry-After ${String(retry)}`);
      const another = await shop.request(`${api(shop)}/offers/issuer`);
      expectEqual(another.status, 200, 'another viewer');
      await many.close();
      return `${String(limit)} × 200, then 429 with Retry-After ${String(retry)} and RateLimit-Remaining ${String(refused.headers['ratelimit-remaining'])}; another viewer 200`;
    },
  },
];

const offer = { title: 'Counted', description: '', priceCents: 1, currency: 'EUR' };

interface Connection {
  readonly password?: string;
  readonly tls?: boolean;
}

async function redisOf(shop: Shop, { password, tls = true }: Connection): Promise<Redis> {
  const { redis, caCertificate } = shop.description;
  if (redis === null) throw new Error('The plane has no Redis.');
  const kept = JSON.parse(await shop.secret('shared/REDIS')) as { readonly password: string };
  return new Redis({
    host: redis.host,
    port: redis.port,
    password: password ?? kept.password,
    ...(tls && { tls: { ca: readFileSync(caCertificate, 'utf8') } }),
    lazyConnect: true,
    connectTimeout: 1000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  }).on('error', () => undefined);
}

async function withRedis<T>(shop: Shop, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = await redisOf(shop, {});
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** `PONG`, or the first word of why there is none. */
async function pingOf(shop: Shop, connection: Connection): Promise<string> {
  const redis = await redisOf(shop, connection);
  const errors: string[] = [];
  redis.on('error', ({ message }: Error) => errors.push(message));
  try {
    await redis.connect();
    return await redis.ping();
  } catch (error) {
    return (errors[0] ?? messageOf(error)).split(' ')[0] ?? '';
  } finally {
    redis.disconnect();
  }
}

async function summaryOf(shop: Shop): Promise<Summary | undefined> {
  const answer = await shop.request(`${api(shop)}/offers/summary`);
  return answer.status === 200 ? answer.json<Summary>() : undefined;
}

const offersIn = async (shop: Shop): Promise<number> =>
  (await shop.request(`${api(shop)}/offers`)).json<readonly unknown[]>().length;

const jobsAtWork = (shop: Shop): Promise<readonly string[]> =>
  withRedis(shop, (redis) => redis.lrange(`${queue}:active`, 0, -1));

const finishedAt = (shop: Shop, job: string): Promise<string | null> =>
  withRedis(shop, (redis) => redis.hget(`${queue}:${job}`, 'finishedOn'));

/** One that has sent nothing in the five minutes of the WAF, even when the check is run again at once. */
function freshAddress(): string {
  const second = Math.floor(Date.now() / 1000);
  return `127.3.${String((second >> 8) & 255)}.${String(second & 255 || 1)}`;
}

/** Counts begin anew with each minute of the clock: near its end it waits for the next. */
async function beginOfMinute(): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 20_000) await new Promise((resolve) => setTimeout(resolve, left + 100));
}

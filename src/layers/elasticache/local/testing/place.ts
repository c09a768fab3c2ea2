import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
// What a test of a real server needs of the plane: real certificates, a real clock and real processes.
/* eslint-disable boundaries/dependencies */
import { openCertificates, type Certificates } from '../../../../local/certificates.js';
import { realClock } from '../../../../local/clock.js';
import { createProcesses, type OwnedProcesses } from '../../../../local/process/processes.js';
/* eslint-enable boundaries/dependencies */
import { findServer } from '../binaries.js';
import { Cache } from '../cache.js';
import { startRedis, type RedisServer } from '../redis.js';

export interface ClientOptions {
  /** Default: the secret's. Null: none. */
  readonly password?: string | null;
  /** Authorities that it trusts; default: the plane's. */
  readonly ca?: string | readonly string[];
  /** Default true; without it the first command is the caller's. */
  readonly enableReadyCheck?: boolean;
}

/** A temporary place for one cache. */
export interface Place {
  readonly folder: string;
  readonly dataFolder: string;
  readonly port: number;
  readonly tls: Certificates;
  readonly processes: OwnedProcesses;
  /** What the cache said. */
  readonly said: string[];
  /** What the secret says now; change it to rotate. */
  password: string;
  startServer(parameters?: Readonly<Record<string, string>>): Promise<RedisServer>;
  /** A cache with TLS in front. */
  openCache(parameters?: Readonly<Record<string, string>>): Promise<Cache>;
  /** A client over TLS, verified, that neither retries nor waits. */
  client(more?: ClientOptions): Redis;
  /** Stops what runs and removes everything. */
  remove(): Promise<void>;
}

/** Why no server can be had here; undefined when one can. A machine of CI must have one. */
export async function missingServer(): Promise<string | undefined> {
  const reason = await findServer({ env: process.env }).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  if (reason !== undefined && process.env['CI'] !== undefined) throw new Error(`CI needs a Redis server. ${reason}`);
  return reason;
}

/** @param data name of the data folder */
export async function openPlace(data = 'data'): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-redis-test-'));
  const port = await freePort();
  const tls = await openCertificates({
    folder: join(folder, 'ca'),
    name: 'Test',
    seal: (plain) => Promise.resolve(plain),
    unseal: (sealed) => Promise.resolve(sealed),
    names: ['localhost'],
    ips: ['127.0.0.1'],
    clock: realClock,
  });
  const processes = createProcesses({ folder: join(folder, 'records'), logs: join(folder, 'logs') });
  const caches: Cache[] = [];
  const clients: Redis[] = [];
  const start = (password: string, parameters: Readonly<Record<string, string>>) =>
    startRedis({
      dataFolder: join(folder, data),
      password,
      parameters: new Map(Object.entries(parameters)),
      processes,
      clock: realClock,
      signal: new AbortController().signal,
    });
  const place: Place = {
    folder,
    dataFolder: join(folder, data),
    port,
    tls,
    processes,
    said: [],
    password: 'password-of-the-secret',
    startServer: (parameters = {}) => start(place.password, parameters),
    openCache: async (parameters = {}) => {
      const cache = new Cache({
        port,
        tls,
        start: (password) => start(password, parameters),
        password: () => Promise.resolve(place.password),
        say: (line) => void place.said.push(line),
        after: (milliseconds, callback) => void realClock.after(milliseconds, callback),
      });
      caches.push(cache);
      await cache.start();
      return cache;
    },
    client: ({ password = place.password, ca = tls.caPem, enableReadyCheck = true } = {}) => {
      const client = new Redis({
        host: '127.0.0.1',
        port,
        ...(password !== null && { password }),
        tls: { ca: [ca].flat() },
        enableReadyCheck,
        lazyConnect: true,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null,
      });
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    remove: async () => {
      for (const client of clients) client.disconnect();
      await Promise.all(caches.map((cache) => cache.stop()));
      await processes.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return place;
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

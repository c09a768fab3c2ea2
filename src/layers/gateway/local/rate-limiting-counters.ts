import type { Redis } from 'ioredis';
import type { CacheServer } from '../../../local/contract/context.js';
import type { Period, Window } from './rate-limiting-windows.js';

/** Where requests are counted. */
export interface Counters {
  /** How many requests of this client were counted in each window before this one. @throws Error when that cannot be told */
  used(client: string, windows: readonly Window[]): Promise<readonly number[]>;
  /** This one may pass. */
  passed(client: string, windows: readonly Window[]): void;
}

/** Counts in memory: each gateway for itself. What is refused is not counted. */
export function localCounters(): Counters {
  const counts = new Map<Period, { startMs: number; readonly byClient: Map<string, number> }>();
  const current = ({ period, startMs }: Window): Map<string, number> => {
    const known = counts.get(period);
    if (known?.startMs === startMs) return known.byClient;
    const byClient = new Map<string, number>();
    counts.set(period, { startMs, byClient });
    return byClient;
  };
  return {
    used: (client, windows) => Promise.resolve(windows.map((window) => current(window).get(client) ?? 0)),
    passed: (client, windows) => {
      for (const window of windows) {
        const byClient = current(window);
        byClient.set(client, (byClient.get(client) ?? 0) + 1);
      }
    },
  };
}

export interface RedisSettings {
  readonly timeoutMs: number;
  readonly ssl: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
}

/** Counts and answers the count before, in one step; the first sets how long the count lives. */
const increment = `local count = redis.call('incr', KEYS[1])
if count == 1 then redis.call('expire', KEYS[1], ARGV[1]) end
return count - 1`;

/**
 * Counts in Redis: all gateways together. Every request is counted as it is asked about, also one that is refused then.
 * @param find where the cache is now
 * @see https://github.com/Kong/kong/blob/003ca36200a06053fd06977d03de0c3c3b77b55f/kong/plugins/rate-limiting/policies/init.lua (read 2026-11-25)
 */
export class RedisCounters implements Counters {
  #client: Redis | undefined;
  #connecting: Promise<Redis> | undefined;

  constructor(
    private readonly settings: RedisSettings,
    private readonly find: () => CacheServer | undefined,
    private readonly stopped: AbortSignal | undefined,
  ) {
    stopped?.addEventListener('abort', () => this.#client?.disconnect(), { once: true });
  }

  async used(client: string, windows: readonly Window[]): Promise<readonly number[]> {
    const redis = await this.#connected();
    return Promise.all(
      windows.map(async (window) =>
        Number(await redis.eval(increment, 1, keyOf(client, window), String(window.seconds))),
      ),
    );
  }

  passed(): void {
    // Counted when it was asked about.
  }

  /** A connection that was lost is made anew by the next request, as Kong does. */
  async #connected(): Promise<Redis> {
    if (this.#client?.status === 'ready') return this.#client;
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #connect(): Promise<Redis> {
    const server = this.find();
    if (server === undefined || this.stopped?.aborted === true) throw new Error('There is no such cache.');
    const { timeoutMs, ssl, username, password, database } = this.settings;
    this.#client?.disconnect();
    const { Redis } = await import('ioredis');
    const client = new Redis({
      host: server.host,
      port: server.port,
      db: database,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      // Kong may be told not to verify; the plane's own authority is at hand, so here it is verified always.
      ...(ssl && { tls: { ca: server.caCertificate } }),
      connectTimeout: timeoutMs,
      commandTimeout: timeoutMs,
      lazyConnect: true,
      enableReadyCheck: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    // Requests hear of it by their own failed command.
    client.on('error', () => undefined);
    this.#client = client;
    await client.connect();
    return client;
  }
}

const nobody = '00000000-0000-0000-0000-000000000000';

/** Kong's own key; the plugin is a global one: no route's, no service's. */
const keyOf = (client: string, { period, startMs }: Window): string =>
  `ratelimit:${nobody}:${nobody}:${client}:${String(startMs)}:${period}`;

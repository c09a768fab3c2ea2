import { z } from 'zod';
import { header } from '../../../local/http/headers.js';
import { json } from '../../../local/http/responses.js';
import type { HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import type { PluginContext, PluginFactory } from './plugin.js';
import { localCounters, RedisCounters, type Counters } from './rate-limiting-counters.js';
import { verdictOf, windowsAt } from './rate-limiting-windows.js';

const limit = z.number().positive().optional();

/** Kong 3.9.3's fields and defaults. */
const schema = z.object({
  second: limit,
  minute: limit,
  hour: limit,
  day: limit,
  month: limit,
  year: limit,
  limit_by: z.enum(['consumer', 'credential', 'ip', 'header', 'path']).default('consumer'),
  header_name: z.string().optional(),
  path: z.string().optional(),
  policy: z.enum(['local', 'redis']).default('local'),
  fault_tolerant: z.boolean().default(true),
  hide_client_headers: z.boolean().default(false),
  error_code: z.number().default(429),
  error_message: z.string().default('API rate limit exceeded'),
  redis: z
    .object({
      host: z.string(),
      timeout: z.number().default(2000),
      username: z.string().optional(),
      password: z.string().optional(),
      database: z.number().default(0),
      ssl: z.boolean().default(false),
    })
    .optional(),
});

type Config = z.infer<typeof schema>;

/**
 * Counts in whole seconds, minutes, … of the clock, as Kong does.
 * @see https://developer.konghq.com/plugins/rate-limiting (read 2026-11-25)
 */
export const rateLimiting: PluginFactory = (given, ctx) => {
  const config = schema.parse(given);
  const counters = countersOf(config, ctx);
  return {
    name: 'rate-limiting',
    priority: 910,
    access: async ({ request, early }) => {
      const now = ctx.clock.now();
      const windows = windowsAt(now, config);
      const client = clientOf(config, request);
      const used = await counters.used(client, windows).catch(() => undefined);
      // Uncounted and without headers, or not at all.
      if (used === undefined) return config.fault_tolerant ? undefined : broken(request);
      const { exceeded, resetSeconds, headers } = verdictOf(windows, used, now);
      if (!config.hide_client_headers) early.headers.push(...headers);
      if (exceeded) return refused(config, request, resetSeconds);
      counters.passed(client, windows);
      return undefined;
    },
  };
};

function countersOf({ policy, redis }: Config, { env = {}, cache, signal }: PluginContext): Counters {
  if (policy === 'local') return localCounters();
  if (redis === undefined) throw new Error('The policy redis needs config.redis.');
  const { host, timeout, database, ssl } = redis;
  const username = dereferenced(redis.username, env);
  const password = dereferenced(redis.password, env);
  return new RedisCounters({ timeoutMs: timeout, ssl, username, password, database }, () => cache?.(host), signal);
}

/**
 * `{vault://env/redis-password}` is the variable `REDIS_PASSWORD`.
 * @see https://developer.konghq.com/gateway/entities/vault/ (not re-read)
 */
function dereferenced(text: string | undefined, env: Readonly<Record<string, string>>): string | undefined {
  const [, name] = /^\{vault:\/\/env\/([\w-]+)\}$/.exec(text ?? '') ?? [];
  return name === undefined ? text : env[name.toUpperCase().replaceAll('-', '_')];
}

/** Who is counted. There are no consumers locally: those are counted by address, as Kong does with strangers. */
function clientOf(config: Config, { headers, target, peer }: HttpRequest): string {
  if (config.limit_by === 'header') return header(headers, config.header_name ?? '') ?? peer.address;
  const [path = ''] = target.split('?', 1);
  return config.limit_by === 'path' && path === config.path ? path : peer.address;
}

function refused(config: Config, { trace }: HttpRequest, resetSeconds: number): HttpResponse {
  const body = { message: config.error_message, request_id: trace.id };
  return json(config.error_code, body, config.hide_client_headers ? [] : [['Retry-After', String(resetSeconds)]]);
}

const broken = ({ trace }: HttpRequest): HttpResponse =>
  json(500, { message: 'An unexpected error occurred', request_id: trace.id });

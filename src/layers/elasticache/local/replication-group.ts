import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LandfallError } from '../../../base/errors.js';
import type { LocalContext } from '../../../local/contract/context.js';
import { localArn, type LocalBehaviour, type Resolved } from '../../../stack/layer.js';
import type { Refs } from '../../../stack/refs.js';
import { Cache } from './cache.js';
import { parametersOf } from './parameters.js';
import { startRedis } from './redis.js';

/** Caches that run, by plane (each has one `processes`) and address. */
const caches = new WeakMap<LocalContext['processes'], Map<string, Cache>>();

const host = '127.0.0.1';

/** A replication group: one real Redis server, TLS and password required. */
export const replicationGroup: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Replicas, failover, snapshots and memory limits of larger node types. The server is what the machine has, or Valkey 9 (Redis 7.2 compatible); data stay on restarts.',

  async apply(resolved, ctx) {
    const { args } = resolved;
    const running = cachesOf(ctx);
    const known = running.get(ctx.address);
    if (known === undefined) {
      const cache = cacheOf(resolved, ctx);
      await cache.start();
      running.set(ctx.address, cache);
    } else {
      await known.server?.configure(parametersOf(args['parameter_group_name'], args['node_type'], ctx));
    }
    const port = ctx.port('redis');
    ctx.provide('cacheServer', { name: host, host, port, caCertificate: ctx.certificate.caPem });
    return {
      id: args['replication_group_id'],
      replication_group_id: args['replication_group_id'],
      arn: localArn(ctx, 'elasticache', `replicationgroup:${String(args['replication_group_id'])}`),
      primary_endpoint_address: host,
      reader_endpoint_address: host,
      port,
    };
  },

  async stop(_resolved, ctx) {
    const running = cachesOf(ctx);
    const cache = running.get(ctx.address);
    running.delete(ctx.address);
    await cache?.stop();
  },

  async destroy(resolved, ctx) {
    await replicationGroup.stop?.(resolved, ctx);
    await rm(dataFolder(ctx, resolved.name), { recursive: true, force: true });
  },
};

/** A parameter group; what changes in it reaches the caches that use it at once, as ElastiCache's own parameters that need no reboot do. */
export const parameterGroup: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Parameters that the server of this machine does not have; a log line names them.',
  async apply({ args }, ctx) {
    for (const [address, cache] of cachesOf(ctx)) {
      const group = ctx.argumentsOf(address);
      if (group?.['parameter_group_name'] === args['name'])
        await cache.server?.configure(parametersOf(args['name'], group?.['node_type'], ctx));
    }
    return {
      id: args['name'],
      name: args['name'],
      arn: localArn(ctx, 'elasticache', `parametergroup:${String(args['name'])}`),
    };
  },
};

function cachesOf(ctx: LocalContext): Map<string, Cache> {
  const known = caches.get(ctx.processes) ?? new Map<string, Cache>();
  caches.set(ctx.processes, known);
  return known;
}

/** A cache that starts each time with the arguments that the group has then. */
function cacheOf({ name }: Resolved, ctx: LocalContext): Cache {
  const args = () => ctx.argumentsOf(ctx.address) ?? {};
  const say = (line: string) => ctx.emit({ type: 'log', source: 'redis', line });
  return new Cache({
    port: ctx.port('redis'),
    tls: ctx.certificate,
    start: (password) =>
      startRedis({
        dataFolder: dataFolder(ctx, name),
        password,
        parameters: parametersOf(args()['parameter_group_name'], args()['node_type'], ctx),
        say,
        processes: ctx.processes,
        clock: ctx.clock,
        signal: ctx.signal,
      }),
    password: () => currentPassword(String(args()['auth_token']), ctx),
    say,
    after: (milliseconds, callback) => void ctx.clock.after(milliseconds, callback),
  });
}

const dataFolder = (ctx: LocalContext, name: string): string => join(ctx.folders.data, 'elasticache', name);

const redisSecret: Refs['redisSecret'] = 'aws_secretsmanager_secret.shared__REDIS';

const secretSchema = z.object({ password: z.string().min(1) });

/** The secret's password, as the deploy to AWS sets it; the group's own token until the secret has a value. */
async function currentPassword(token: string, ctx: LocalContext): Promise<string> {
  try {
    const value = await ctx.connect(redisSecret, 'secret').read();
    return secretSchema.parse(JSON.parse(value)).password;
  } catch (error) {
    if (error instanceof LandfallError && ['NOT_PROVIDED', 'SECRET_WITHOUT_VALUE'].includes(error.code)) return token;
    throw new LandfallError({
      code: 'REDIS_SECRET_UNREADABLE',
      message: 'The secret of Redis is not JSON with a password.',
      fix: 'Give it both again: landfall secrets:set shared/REDIS --local, with {"url": "…", "password": "…"} on standard input.',
      path: redisSecret,
    });
  }
}

import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalContext } from '../../../local/contract/context.js';
import { localArn, type LocalBehaviour } from '../../../stack/layer.js';
import type { DatabaseSpec } from '../database-init.js';
import { startPostgres, type PostgresServer } from './postgres.js';

/** Servers that run, by plane (each has one `processes`) and address. */
const servers = new WeakMap<LocalContext['processes'], Map<string, PostgresServer>>();

/** An RDS instance: one real PostgreSQL 16 server. */
export const databaseServer: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Instance sizes, Multi-AZ, backups and snapshots; the master user is a superuser.',

  async apply({ args, name }, ctx) {
    const running = serversOf(ctx);
    const secret = `local/rds/${name}/master`;
    const identifier = String(args['identifier']);
    const begin = () => start(String(args['username']), secret, ctx);
    if (!running.has(ctx.address)) await keepRunning(begin, ctx);
    const current = () => {
      const server = running.get(ctx.address);
      if (server === undefined) throw new Error(`${ctx.address} does not run.`);
      return server;
    };
    const server = current();
    const databases = new Map<string, string>();
    ctx.provide('databaseServer', {
      host: '127.0.0.1',
      port: server.port,
      databases: () => [...databases].map(([database, user]) => ({ name: database, user })),
      initialise: async (specs: readonly DatabaseSpec[]) => {
        // Loaded when it is needed: commands that only synthesise start faster.
        const { initialiseDatabases } = await import('../database-init.js');
        await initialiseDatabases((database) => current().connect(database), specs);
        for (const { database, role } of specs) databases.set(database, role);
      },
    });
    return {
      id: identifier,
      identifier,
      arn: localArn(ctx, 'rds', `db:${identifier}`),
      address: '127.0.0.1',
      endpoint: `127.0.0.1:${String(server.port)}`,
      port: server.port,
      master_user_secret: [
        { secret_arn: localArn(ctx, 'secretsmanager', `secret:rds!${identifier}`), secret_status: 'active' },
      ],
    };
  },

  async stop(_resource, ctx) {
    const running = serversOf(ctx);
    const server = running.get(ctx.address);
    // Taken out first: a server that is stopped is not started again.
    running.delete(ctx.address);
    await server?.stop();
  },

  async destroy({ name }, ctx) {
    await databaseServer.stop?.({ address: ctx.address, type: 'aws_db_instance', name, args: {} }, ctx);
    await ctx.vault.delete(`local/rds/${name}/master`);
    await rm(dataFolder(ctx, name), { recursive: true, force: true });
  },
};

function serversOf(ctx: LocalContext): Map<string, PostgresServer> {
  const known = servers.get(ctx.processes) ?? new Map<string, PostgresServer>();
  servers.set(ctx.processes, known);
  return known;
}

/** Seconds before a server that ended by itself is started again. */
const restartAfterSeconds = 1;

/** Starts the server, and again whenever it ends by itself, as RDS recovers a crashed instance. */
async function keepRunning(begin: () => Promise<PostgresServer>, ctx: LocalContext): Promise<void> {
  const running = serversOf(ctx);
  const server = await begin();
  running.set(ctx.address, server);
  void server.exited.then(() => {
    if (running.get(ctx.address) !== server) return;
    ctx.emit({
      type: 'log',
      source: 'postgres',
      line: `ended by itself; it starts again in ${String(restartAfterSeconds)} s`,
    });
    ctx.clock.after(restartAfterSeconds * 1000, () => {
      if (running.get(ctx.address) === server) void keepRunning(begin, ctx).catch(() => running.delete(ctx.address));
    });
  });
}

const dataFolder = (ctx: LocalContext, name: string): string => join(ctx.folders.data, 'rds', name);

async function start(user: string, secret: string, ctx: LocalContext): Promise<PostgresServer> {
  const password = (await ctx.vault.read(secret)) ?? randomBytes(24).toString('base64url');
  await ctx.vault.write(secret, password);
  return startPostgres({
    dataFolder: dataFolder(ctx, ctx.address.split('.')[1] ?? 'main'),
    port: ctx.port('postgres'),
    user,
    password,
    tls: ctx.certificate,
    processes: ctx.processes,
    clock: ctx.clock,
    signal: ctx.signal,
  });
}

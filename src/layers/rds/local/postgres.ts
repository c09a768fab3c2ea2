import { chown, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Client } from 'pg';
import { messageOf } from '../../../base/errors.js';
import type { Clock } from '../../../local/contract/clock.js';
import type { ProcessExit, Processes, RunningProcess } from '../../../local/contract/process.js';
import { chooseAccount, handOver, type Account } from './account.js';
import { cacheFolder, preparePostgres, type PostgresBinaries } from './binaries.js';
import { loginRefused, notStarted, portTaken } from './errors.js';
import { environment, initialiseData } from './initdb.js';
import { disownStaleLock } from './stale-lock.js';

export interface PostgresOptions {
  /** Initialised when it does not exist. */
  readonly dataFolder: string;
  readonly port: number;
  readonly user: string;
  /** One line of text. */
  readonly password: string;
  readonly tls: { readonly certPem: string; readonly keyPem: string; readonly caPem: string };
  readonly processes: Processes;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** As whom it runs; default: what works on this machine. */
  readonly account?: Account;
}

/** A PostgreSQL server on the loopback address, TLS only. */
export interface PostgresServer {
  readonly port: number;
  readonly pid: number;
  /** Resolves when it ended, by itself or stopped. */
  readonly exited: Promise<ProcessExit>;
  /** A connection as the master user. */
  connect(database: string): Promise<Client>;
  /** Fast shutdown: transactions are rolled back, data is written, the server ends cleanly. */
  stop(): Promise<void>;
}

const startMilliseconds = 60_000;
/** How long the backends of a killed server may take to notice. */
const leftoverMilliseconds = 10_000;

/**
 * Starts PostgreSQL, and makes its data folder first when there is none.
 * @throws LandfallError `PORT_TAKEN`, `POSTGRES_NOT_STARTED` with its last lines, `POSTGRES_LOGIN_REFUSED`, `POSTGRES_REFUSES_ROOT`
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { dataFolder, port, clock, signal } = options;
  const account = options.account ?? (await chooseAccount());
  const binaries = await preparePostgres(cacheFolder(process.env, account));
  await assertPortFree(port);
  const fresh = !(await exists(join(dataFolder, 'PG_VERSION')));
  if (fresh) await initialiseData(binaries, account, options);
  else await handOver(account, dataFolder);
  await writeIdentity(options, account);
  const end = clock.monotonic() + leftoverMilliseconds;
  for (;;) {
    if (!fresh) await disownStaleLock(dataFolder);
    const running = await launch(binaries, account, options);
    const ended = await ready(running, options);
    if (ended === undefined) return serverOf(running, options);
    const text = ended.lastLines.join('\n');
    if (/could not bind .*Address already in use/.test(text)) throw portTaken(port);
    if (!text.includes('shared memory block') || clock.monotonic() > end)
      throw notStarted(`it ended with ${String(ended.code ?? ended.signal)}`, ended.lastLines);
    await clock.sleep(200, signal);
  }
}

const serverOf = (running: RunningProcess, options: PostgresOptions): PostgresServer => ({
  port: options.port,
  pid: running.pid,
  exited: running.exited,
  connect: (database) => connect(options, database),
  stop: () => running.stop().then(() => undefined),
});

/** Time zone and TLS as on RDS. No Unix socket: its path could be too long. */
function launch(binaries: PostgresBinaries, account: Account, { dataFolder, port, processes }: PostgresOptions) {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    ssl: 'on',
    ssl_cert_file: 'server.crt',
    ssl_key_file: 'server.key',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_destination: 'stderr',
    logging_collector: 'off',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return processes.start({
    name: 'postgres',
    ...account.commandLine(binaries.program('postgres'), ['-D', dataFolder, ...args]),
    cwd: dataFolder,
    env: environment,
    stopSignal: 'SIGINT',
    stopTimeoutSeconds: 60,
  });
}

/** The plane's certificate, anew at each start, and who may connect: over TLS alone, as `rds.force_ssl` has it. */
async function writeIdentity({ dataFolder, tls }: PostgresOptions, account: Account): Promise<void> {
  const files = {
    'server.key': tls.keyPem,
    'server.crt': `${tls.certPem.trimEnd()}\n${tls.caPem.trimEnd()}\n`,
    'pg_hba.conf': 'hostssl all all 127.0.0.1/32 scram-sha-256\n',
  };
  for (const [name, content] of Object.entries(files)) {
    // Made anew, so that owner and mode are as PostgreSQL demands.
    await rm(join(dataFolder, name), { force: true });
    await writeFile(join(dataFolder, name), content, { mode: 0o600 });
    if (account.owner !== undefined) await chown(join(dataFolder, name), account.owner, account.owner);
  }
}

/** Waits until it answers; when it cannot, nothing of it is left. @returns how it ended, when it ended by itself */
async function ready(running: RunningProcess, options: PostgresOptions): Promise<ProcessExit | undefined> {
  const end = options.clock.monotonic() + startMilliseconds;
  try {
    for (;;) {
      const outcome = await Promise.race([running.exited, answers(options)]);
      if (outcome === 'ready') return undefined;
      if (typeof outcome !== 'string') return outcome;
      if (options.clock.monotonic() > end)
        throw notStarted(`it did not answer within 60 s (${outcome})`, running.lastLines());
      await options.clock.sleep(30, options.signal);
    }
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/** @returns `ready`, or why not yet */
async function answers(options: PostgresOptions): Promise<string> {
  try {
    await (await connect(options, 'postgres')).end();
    return 'ready';
  } catch (error) {
    // 28P01 is invalid_password: it will not become right by waiting.
    if ((error as { readonly code?: unknown }).code === '28P01')
      throw loginRefused(options.user, options.dataFolder, error);
    return messageOf(error);
  }
}

async function connect({ port, user, password, tls }: PostgresOptions, database: string): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user,
    password,
    database,
    ssl: { ca: tls.caPem },
    connectionTimeoutMillis: 10_000,
  });
  // A server that goes away ends its connections; whoever uses one hears of it by the failed query.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function assertPortFree(port: number): Promise<void> {
  const taken = await new Promise<boolean>((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  if (taken) throw portTaken(port);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

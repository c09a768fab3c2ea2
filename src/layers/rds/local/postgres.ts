import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { LandfallError, messageOf } from '../../../base/errors.js';
import type { Clock } from '../../../local/contract/clock.js';
import type { Processes, RunningProcess } from '../../../local/contract/process.js';
import { preparePostgres, type PostgresBinaries } from './binaries.js';

export interface PostgresOptions {
  /** Initialised when it does not exist. */
  readonly dataFolder: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly tls: { readonly certPem: string; readonly keyPem: string; readonly caPem: string };
  readonly processes: Processes;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A PostgreSQL server on the loopback address, TLS only. */
export interface PostgresServer {
  readonly port: number;
  /** A connection as the master user. */
  connect(database: string): Promise<Client>;
  /** Fast shutdown: transactions are rolled back, data is written, the server ends cleanly. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL, and makes its data folder first when there is none.
 * @throws LandfallError `PORT_TAKEN`, `POSTGRES_NOT_STARTED` with its last lines
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const binaries = await preparePostgres();
  await assertPortFree(options.port);
  if (!(await exists(join(options.dataFolder, 'PG_VERSION')))) await initialise(binaries, options);
  await writeSettings(options);
  const running = await options.processes.start({
    name: 'postgres',
    ...asUser(binaries.program('postgres'), ['-D', options.dataFolder]),
    cwd: options.dataFolder,
    env: environment(binaries),
    stopSignal: 'SIGINT',
    stopTimeoutSeconds: 60,
  });
  await ready(running, options);
  return {
    port: options.port,
    connect: (database) => connect(options, database),
    stop: () => running.stop().then(() => undefined),
  };
}

/**
 * PostgreSQL refuses to run as root: a user namespace in which root is nobody serves, and needs no other user to exist.
 * @see https://www.postgresql.org/docs/16/postgres-user.html (read 2026-11-23)
 */
function asUser(
  command: string,
  args: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { command, args };
  return { command: 'unshare', args: ['--user', '--map-user=65534', '--map-group=65534', command, ...args] };
}

const environment = ({ folder }: PostgresBinaries): Readonly<Record<string, string>> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '/',
  LC_ALL: 'C',
  LD_LIBRARY_PATH: join(folder, 'lib'),
});

/** Into a folder beside, then renamed: a run killed half-way leaves nothing that looks whole. */
async function initialise(
  binaries: PostgresBinaries,
  { dataFolder, processes, user, password, signal }: PostgresOptions,
): Promise<void> {
  const temporary = `${dataFolder}.${randomUUID()}.tmp`;
  await mkdir(dirname(dataFolder), { recursive: true });
  const args = [
    '-D',
    temporary,
    '-U',
    user,
    '--auth=scram-sha-256',
    '--pwfile=/dev/stdin',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  const { command, args: all } = asUser(binaries.program('initdb'), args);
  // The password goes by a pipe, in no file and on no command line; Node's own standard input is a socket, which cannot be opened by name.
  const piped = { command: '/bin/sh', args: ['-c', 'cat | "$@"', 'sh', command, ...all] };
  const exit = await processes.run(
    { name: 'initdb', ...piped, cwd: dirname(dataFolder), env: environment(binaries), stdin: `${password}\n` },
    signal,
  );
  if (exit.code !== 0) {
    await rm(temporary, { recursive: true, force: true });
    throw notStarted(`initdb ended with ${String(exit.code ?? exit.signal)}`, exit.lastLines);
  }
  await rename(temporary, dataFolder);
}

/** The plane's certificate and settings, anew at each start. No Unix socket: its path could be too long. */
async function writeSettings({ dataFolder, port, tls }: PostgresOptions): Promise<void> {
  await writeFile(join(dataFolder, 'server.key'), tls.keyPem, { mode: 0o600 });
  await writeFile(join(dataFolder, 'server.crt'), `${tls.certPem.trimEnd()}\n${tls.caPem.trimEnd()}\n`, {
    mode: 0o600,
  });
  const settings = {
    listen_addresses: "'127.0.0.1'",
    port: String(port),
    unix_socket_directories: "''",
    ssl: 'on',
    ssl_cert_file: "'server.crt'",
    ssl_key_file: "'server.key'",
    max_connections: '200',
    log_destination: "'stderr'",
    logging_collector: 'off',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(join(dataFolder, 'postgresql.auto.conf'), lines.join(''), { mode: 0o600 });
  // TLS alone, as `rds.force_ssl` has it.
  await writeFile(join(dataFolder, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n', { mode: 0o600 });
}

async function ready(running: RunningProcess, options: PostgresOptions): Promise<void> {
  const end = options.clock.monotonic() + 60_000;
  const ended = running.exited.then((exit) =>
    notStarted(`it ended with ${String(exit.code ?? exit.signal)}`, exit.lastLines),
  );
  for (;;) {
    const outcome = await Promise.race([ended, answers(options)]);
    if (outcome === 'ready') return;
    if (outcome instanceof LandfallError) throw outcome;
    if (options.clock.monotonic() > end) {
      await running.stop();
      throw notStarted(`it did not answer within 60 s (${outcome})`, running.lastLines());
    }
    await options.clock.sleep(30, options.signal);
  }
}

async function answers(options: PostgresOptions): Promise<string> {
  try {
    await (await connect(options, 'postgres')).end();
    return 'ready';
  } catch (error) {
    return messageOf(error);
  }
}

async function connect({ port, user, password, tls }: PostgresOptions, database: string): Promise<Client> {
  const client = new Client({ host: '127.0.0.1', port, user, password, database, ssl: { ca: tls.caPem } });
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
    socket.once('error', () => {
      resolve(false);
    });
  });
  if (!taken) return;
  throw new LandfallError({
    code: 'PORT_TAKEN',
    message: `Port ${String(port)}, which PostgreSQL needs, is taken by another program.`,
    fix: 'Stop that program, or give other ports: --port-base 4500.',
  });
}

function notStarted(why: string, lastLines: readonly string[]): LandfallError {
  return new LandfallError({
    code: 'POSTGRES_NOT_STARTED',
    message: `PostgreSQL did not start: ${why}.\n${lastLines.slice(-15).join('\n')}`,
    fix: 'See infra:logs postgres --local. Local data is where it was.',
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

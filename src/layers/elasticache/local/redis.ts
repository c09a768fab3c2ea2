import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf } from '../../../base/errors.js';
import type { Clock } from '../../../local/contract/clock.js';
import type { ProcessExit, Processes, RunningProcess } from '../../../local/contract/process.js';
import { changePassword, configure, ping, type AdminAccess } from './admin.js';
import { findServer, type ServerProgram } from './binaries.js';
import { notStarted } from './errors.js';

export interface RedisOptions {
  /** Made when it does not exist. */
  readonly dataFolder: string;
  readonly password: string;
  /** Redis' own names, such as `maxmemory-policy`. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told what takes a while. */
  readonly say?: (line: string) => void;
  /** Default: what this machine has. */
  readonly program?: ServerProgram;
}

/** A Redis server behind a Unix socket that the plane alone may enter: TLS is in front of it. */
export interface RedisServer {
  readonly pid: number;
  readonly socket: string;
  /** Parameters that the server does not have. */
  readonly refused: readonly string[];
  /** Resolves when it ended, by itself or stopped. */
  readonly exited: Promise<ProcessExit>;
  /** Takes effect for connections that authenticate from now on. */
  setPassword(password: string): Promise<void>;
  /** @returns parameters that the server does not have */
  configure(parameters: ReadonlyMap<string, string>): Promise<readonly string[]>;
  /** Writes what is not yet written, and ends. */
  stop(): Promise<void>;
}

const startMilliseconds = 60_000;

/**
 * Commands that ElastiCache keeps to itself: to clients they do not exist.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ClientConfig.RestrictedCommands.html (read 2026-11-25)
 */
const restricted = ['bgrewriteaof', 'bgsave', 'debug', 'migrate', 'replicaof', 'save', 'shutdown', 'slaveof', 'sync'];

/**
 * Starts Redis with what its data folder holds. Every write is kept, also when it is killed (of the last second perhaps not).
 * @throws LandfallError `REDIS_NOT_INSTALLED`, `REDIS_SERVER_UNUSABLE`, `REDIS_NOT_STARTED` with its last lines
 */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const program = options.program ?? (await findServer({ env: process.env, ...(options.say && { say: options.say }) }));
  await mkdir(options.dataFolder, { recursive: true, mode: 0o700 });
  const socket = await socketPath(options.dataFolder);
  const config = `config-${randomBytes(16).toString('hex')}`;
  let access: AdminAccess = { socket, password: options.password, config };
  const running = await launch(program, access, options);
  await ready(running, access, options);
  const refused = await configure(access, options.parameters).catch(async (error: unknown) => {
    await running.stop();
    throw error;
  });
  return {
    pid: running.pid,
    socket,
    refused,
    exited: running.exited,
    setPassword: async (password) => {
      await changePassword(access, password);
      access = { ...access, password };
    },
    configure: (parameters) => configure(access, parameters),
    stop: async () => {
      await running.stop();
      if (dirname(socket) !== options.dataFolder) await rm(dirname(socket), { recursive: true, force: true });
    },
  };
}

/** Sockets have short names: 104 bytes on macOS, 108 on Linux. */
async function socketPath(dataFolder: string): Promise<string> {
  const beside = join(dataFolder, 'redis.sock');
  if (Buffer.byteLength(beside) < 100) return beside;
  const folder = await mkdtemp(join(tmpdir(), 'landfall-redis-'));
  const path = join(folder, 'redis.sock');
  return Buffer.byteLength(path) < 100 ? path : join(await mkdtemp('/tmp/landfall-redis-'), 'redis.sock');
}

/** The configuration goes in by standard input: the password stands in no file and no list of processes. */
function launch(program: ServerProgram, access: AdminAccess, { dataFolder, processes }: RedisOptions) {
  const lines = [
    'port 0',
    `unixsocket ${quoted(access.socket)}`,
    'unixsocketperm 700',
    `dir ${quoted(dataFolder)}`,
    `requirepass ${quoted(access.password)}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'daemonize no',
    'databases 16',
    `rename-command config ${access.config}`,
    ...restricted.map((command) => `rename-command ${command} ""`),
  ];
  return processes.start({
    name: 'redis',
    command: program.path,
    args: ['-'],
    cwd: dataFolder,
    env: { TZ: 'UTC', LC_ALL: 'C' },
    stdin: `${lines.join('\n')}\n`,
    stopTimeoutSeconds: 60,
  });
}

/** In Redis' own quotes, each byte but plain ones by its number. */
function quoted(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\w./-]/.test(character) && byte < 128 ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `"${bytes.join('')}"`;
}

/** Waits until it answers and has loaded its data; when it cannot, nothing of it is left. */
async function ready(running: RunningProcess, access: AdminAccess, { clock, signal }: RedisOptions): Promise<void> {
  const end = clock.monotonic() + startMilliseconds;
  try {
    for (;;) {
      const asked = ping(access).then(
        () => 'ready',
        (error: unknown) => messageOf(error),
      );
      const outcome = await Promise.race([running.exited, asked]);
      if (outcome === 'ready') return;
      if (typeof outcome !== 'string')
        throw notStarted(`it ended with ${String(outcome.code ?? outcome.signal)}`, outcome.lastLines);
      if (clock.monotonic() > end) throw notStarted(`it did not answer within 60 s (${outcome})`, running.lastLines());
      await clock.sleep(20, signal);
    }
  } catch (error) {
    await running.stop();
    throw error;
  }
}

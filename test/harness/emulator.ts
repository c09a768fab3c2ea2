import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pythonTool } from './python.js';

const version = '1.5.33';
const account = '111122223333';
const program = join(import.meta.dirname, 'emulator', 'main.py');

/** An AWS API on the loopback address. It keeps everything in memory and forgets it when it stops. */
export interface Emulator {
  readonly endpoint: string;
  readonly account: string;
  readonly pid: number | undefined;
  /** The environment that sends the AWS provider, and every AWS SDK, to the emulator alone. */
  readonly env: Readonly<Record<string, string>>;
  /** The last lines it wrote: what to show when a call fails. */
  log(): string;
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  /** Tasks live as on ECS, and their containers do what `teachImages` tells; else every task runs at once and for ever. */
  readonly containers?: boolean;
  /** Host and port that image repositories name; default: ECR's own. */
  readonly registry?: string | undefined;
}

/** An emulator that can be started, or why there is none. */
export type FoundEmulator =
  | {
      readonly version: string;
      readonly reason?: undefined;
      startEmulator(region: string, options?: EmulatorOptions): Promise<Emulator>;
    }
  | { readonly version?: undefined; readonly reason: string; readonly startEmulator?: undefined };

/** MiniStack (PyPI, MIT), installed once into the user's cache, with the additions in `emulator/`. */
export async function findEmulator(): Promise<FoundEmulator> {
  const tool = await pythonTool(`emulator-${version}`, `ministack==${version}`);
  if (tool.bin === undefined) return { reason: tool.reason };
  const python = join(tool.bin, 'python');
  return { version, startEmulator: (region, options = {}) => startEmulator(python, region, options) };
}

async function startEmulator(
  python: string,
  region: string,
  { containers = false, registry = '' }: EmulatorOptions,
): Promise<Emulator> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${String(port)}`;
  const child = spawn(python, [program, '127.0.0.1', String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...settings(port, region),
      EMULATOR_CONTAINERS: containers ? '1' : '0',
      EMULATOR_REGISTRY: registry,
    },
  });
  const lines = collect(child);
  const log = (): string => lines.slice(-40).join('');
  await ready(endpoint, child, log);
  return { endpoint, account, pid: child.pid, env: clientEnvironment(endpoint, region), log, stop: () => stop(child) };
}

function settings(port: number, region: string): Readonly<Record<string, string>> {
  return {
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    MINISTACK_ACCOUNT_ID: account,
    MINISTACK_REGION: region,
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

function clientEnvironment(endpoint: string, region: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'emulator',
    AWS_SESSION_TOKEN: '',
    AWS_REGION: region,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CA_BUNDLE: '',
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
  };
}

/** @throws with the emulator's last lines when it ends, or does not answer within a minute */
async function ready(endpoint: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 240 && child.exitCode === null; attempt += 1) {
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(250);
  }
  child.kill('SIGKILL');
  throw new Error(`The AWS emulator does not answer on ${endpoint}.\n${log()}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(forced);
}

function collect(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      lines.push(chunk.toString());
      if (lines.length > 400) lines.splice(0, 200);
    });
  }
  return lines;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port was given.');
  return address.port;
}

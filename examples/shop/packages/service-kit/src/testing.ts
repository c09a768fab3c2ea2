import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

export interface TestDatabase {
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/** A fresh database on the server of `serverUrl`, whose role may create databases. */
export async function createTestDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `shop_test_${randomUUID().replaceAll('-', '')}`;
  await execute(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Runs a built script of the current package to its end; answers the exit code. */
export async function runBuilt(script: string, env: NodeJS.ProcessEnv): Promise<number> {
  const child = start(script, env);
  child.stdout?.resume();
  await once(child, 'close');
  return child.exitCode ?? -1;
}

export interface TestService {
  readonly url: string;
  /** SIGTERM; answers the exit code. */
  readonly stop: () => Promise<number>;
}

/** Starts the built `dist/main.js` of the current package on a free port, and waits until it listens. */
export async function startBuiltService(env: NodeJS.ProcessEnv): Promise<TestService> {
  const port = String(20_000 + Math.floor(Math.random() * 10_000));
  const child = start('dist/main.js', { ...env, PORT: port, HOST: '127.0.0.1' });
  await started(child, 'Listening on');
  return { url: `http://127.0.0.1:${port}`, stop: () => stop(child) };
}

/** Starts the built `dist/main.js` of a worker, and waits until it works. */
export async function startBuiltWorker(env: NodeJS.ProcessEnv): Promise<Pick<TestService, 'stop'>> {
  const child = start('dist/main.js', env);
  await started(child, 'Working.');
  return { stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<number> {
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
  return child.exitCode ?? -1;
}

function start(script: string, env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [script], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Resolves with the line that has this text. */
function started(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) return reject(new Error('The child has no stdout.'));
    const lines: string[] = [];
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      if (line.includes(text)) resolve();
    });
    child.once('close', (code) => reject(new Error(`It ended with ${code}:\n${lines.join('\n')}`)));
  });
}

const missing = ['TEST_DATABASE_URL', 'TEST_REDIS_URL'].filter((name) => !process.env[name]);

/** The servers to test on, and why a suite that needs them is skipped without. */
export const testServer = {
  url: process.env['TEST_DATABASE_URL'] ?? '',
  redisUrl: process.env['TEST_REDIS_URL'] ?? '',
  skip: missing.length > 0,
  reason: missing.length > 0 ? ` (skipped: no ${missing.join(', ')})` : '',
};

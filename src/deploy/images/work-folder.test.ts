import { access, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { withWorkFolder } from './work-folder.js';

let folder: string;
let note: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-work-folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  note = join(folder, 'dev', 'building.json');
});

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

test('the folder is the user’s alone, and gone afterwards, with its note', async () => {
  const made = await withWorkFolder(note, async (own) => {
    expect((await stat(own)).mode & 0o777).toBe(0o700);
    return own;
  });
  expect([await exists(made), await exists(note)]).toEqual([false, false]);
});

test('it is gone when the work fails', async () => {
  let made = '';
  const work = withWorkFolder(note, (own) => {
    made = own;
    return Promise.reject(new Error('no'));
  });
  await expect(work).rejects.toThrow('no');
  expect([await exists(made), await exists(note)]).toEqual([false, false]);
});

test('what a killed run left is removed by the next', async () => {
  const left = await mkdtemp(join(tmpdir(), 'landfall-images-'));
  await withWorkFolder(note, async () => {
    const [own] = JSON.parse(await readFile(note, 'utf8')) as readonly string[];
    // As that run's note names it.
    expect(basename(own ?? '')).toMatch(/^landfall-images-/);
  });
  await writeFile(note, JSON.stringify([left]));
  await withWorkFolder(note, async () => {
    expect(await exists(left)).toBe(false);
  });
});

test('a note that names a folder of someone else’s, or is torn, removes nothing', async () => {
  const precious = join(folder, 'precious');
  await mkdir(precious);
  for (const text of [JSON.stringify([precious]), '["', '{}']) {
    await mkdir(join(folder, 'dev'), { recursive: true });
    await writeFile(note, text);
    await withWorkFolder(note, () => Promise.resolve());
    expect(await exists(precious)).toBe(true);
  }
});

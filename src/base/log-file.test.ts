import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openLogFile } from './log-file.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-log-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

test('appends every line in its order, and makes the folder', async () => {
  const file = join(folder, 'logs', 'waf-edge.log');
  const log = openLogFile(file);
  for (let line = 0; line < 500; line += 1) {
    log.write(String(line));
    if (line % 100 === 0) await log.written;
  }
  await log.written;
  const expected = Array.from({ length: 500 }, (_, line) => `${String(line)}\n`).join('');
  expect(await readFile(file, 'utf8')).toBe(expected);
  expect((await stat(file)).mode & 0o077).toBe(0);
});

test('puts a file over 10 MB aside', async () => {
  const file = join(folder, 'waf-edge.log');
  await writeFile(file, Buffer.alloc(10 * 1024 * 1024 + 1, 'x'));
  const log = openLogFile(file);
  log.write('new');
  await log.written;
  expect(await readFile(file, 'utf8')).toBe('new\n');
  expect((await stat(`${file}.1`)).size).toBe(10 * 1024 * 1024 + 1);
});

test('goes on without a file that cannot be written', async () => {
  await writeFile(join(folder, 'logs'), 'no folder');
  const log = openLogFile(join(folder, 'logs', 'waf-edge.log'));
  log.write('lost');
  await expect(log.written).resolves.toBeUndefined();
});

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createFakeClock } from '../../../local/testing/fake-clock.js';
import { taskLog } from './task-log.js';

const folder = mkdtempSync(join(tmpdir(), 'landfall-task-log-'));

afterAll(() => rmSync(folder, { recursive: true }));

test('appends what Kong’s level lets through, a line each, and keeps the last', async () => {
  const file = join(folder, 'logs', 'gateway-1.log');
  const log = taskLog(file, createFakeClock(Date.UTC(2026, 10, 29)));
  log.write(7, 'information');
  log.write(4, 'an error\n  with a trace');
  for (let count = 0; count < 60; count += 1) log.write(6, `line ${String(count)}`);
  expect(log.lastLines()).toHaveLength(50);
  expect(log.lastLines().at(-1)).toBe('2026-11-29T00:00:00.000Z [notice] line 59');
  await expect.poll(() => readFileSync(file, 'utf8').split('\n').length).toBe(62);
  expect(readFileSync(file, 'utf8').split('\n')[0]).toBe('2026-11-29T00:00:00.000Z [error] an error with a trace');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a log that cannot be written stops nobody', () => {
  const log = taskLog(join(folder, 'logs'), createFakeClock());
  expect(() => log.write(3, 'a line')).not.toThrow();
  expect(log.lastLines()).toHaveLength(1);
});

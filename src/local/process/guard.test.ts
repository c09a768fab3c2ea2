import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProcesses } from './processes.js';
import { lookUp, runningMembers } from '../../base/start-time.js';

const host = fileURLToPath(new URL('./testing/host.ts', import.meta.url));

let folder: string;
let plane: ChildProcess;
let said: Readonly<Record<string, number>>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landfall-guard-'));
  plane = spawn(process.execPath, ['--import', 'tsx', host, folder], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  said = await new Promise((resolve, reject) => {
    plane.stdout?.once('data', (chunk: Buffer) => resolve(JSON.parse(chunk.toString()) as typeof said));
    plane.once('exit', (code) => reject(new Error(`The host ended with ${String(code)}.`)));
  });
});

afterEach(() => {
  for (const pid of [plane.pid ?? 0, ...Object.values(said)]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has gone.
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

const runs = (name: string): boolean => lookUp(said[name] ?? 0)?.zombie === false;
const running = (): readonly string[] => Object.keys(said).filter(runs);

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`Not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('what a plane left behind is stopped when the plane gets SIGKILL: politely first, grandchildren too', async () => {
  expect(running()).toEqual(['guard', 'polite', 'deaf', 'grandchild', 'orphan']);
  plane.kill('SIGKILL');
  await until('everything has gone', () => running().length === 0);
  expect(readFileSync(join(folder, 'farewell'), 'utf8')).toBe('drained\n');
  expect(readdirSync(join(folder, 'records'))).toEqual([]);
});

test('Ctrl-C in the plane’s terminal reaches the plane alone', async () => {
  expect(runningMembers(plane.pid ?? 0).map(({ pid }) => pid)).toEqual([plane.pid]);
  process.kill(-(plane.pid ?? 0), 'SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(running()).toEqual(['guard', 'polite', 'deaf', 'grandchild', 'orphan']);
  plane.kill('SIGKILL');
  await until('everything has gone', () => running().length === 0);
});

test('a plane whose guard was killed too is swept up by the next one', async () => {
  process.kill(said['guard'] ?? 0, 'SIGKILL');
  plane.kill('SIGKILL');
  await until('the guard has gone', () => !runs('guard'));
  expect(running()).toEqual(['polite', 'deaf', 'grandchild', 'orphan']);
  const next = createProcesses({ folder: join(folder, 'records'), logs: join(folder, 'logs') });
  await next.sweep();
  expect(running()).toEqual([]);
  await next.close();
});

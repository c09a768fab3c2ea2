import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { LandfallError } from './errors.js';
import { withLock } from './lock.js';
import { startTimeOf } from './start-time.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-lock-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  file = join(folder, 'local', 'lock');
});

/** A lock whose owner has gone. */
async function leaveDeadLock(): Promise<void> {
  await withLock(file, () => Promise.resolve());
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const owner = { pid: child.pid, startTime: await startTimeOf(child.pid ?? 0), since: '2026-01-01T00:00:00.000Z' };
  await writeFile(file, JSON.stringify(owner));
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('the lock', () => {
  test('is held while the work runs, is for its owner alone, and goes with it', async () => {
    const result = await withLock(file, async () => {
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      return 'done';
    });
    expect(result).toBe('done');
    expect(await readdir(join(folder, 'local'))).toEqual([]);
  });

  test('goes when the work fails, and hands its error on', async () => {
    await expect(withLock(file, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await withLock(file, () => Promise.resolve(1))).toBe(1);
  });

  test('refuses a second holder, names the first, and stays with it', async () => {
    await withLock(file, async () => {
      const second = withLock(file, () => Promise.resolve());
      await expect(second).rejects.toMatchObject({
        code: 'LOCKED',
        message: expect.stringContaining(`process ${String(process.pid)}`) as string,
      });
      await expect(withLock(file, () => Promise.resolve())).rejects.toThrow(LandfallError);
    });
  });

  test('of an owner that was killed is taken over', async () => {
    await leaveDeadLock();
    expect(await withLock(file, () => Promise.resolve('mine'))).toBe('mine');
  });

  test('of an owner whose process id another process has by now is taken over', async () => {
    await withLock(file, () => Promise.resolve());
    await writeFile(file, JSON.stringify({ pid: process.pid, startTime: '1', since: '' }));
    expect(await withLock(file, () => Promise.resolve('mine'))).toBe('mine');
  });

  test.each(['', '{', 'null', '{}'])('that says %j is taken over', async (text) => {
    await withLock(file, () => Promise.resolve());
    await writeFile(file, text);
    expect(await withLock(file, () => Promise.resolve('mine'))).toBe('mine');
  });

  test('of a dead owner is taken over by one of many at a time, and nothing is left behind', async () => {
    await withLock(file, () => Promise.resolve());
    for (let round = 0; round < 30; round += 1) {
      await writeFile(file, JSON.stringify({ pid: process.pid, startTime: '1', since: String(round) }));
      let holders = 0;
      let most = 0;
      const work = async () => {
        most = Math.max(most, (holders += 1));
        await delay(15);
        holders -= 1;
      };
      // Each comes some turns of the event loop after the one before, so that one has read the old lock when another is through.
      const attempt = async (index: number) => {
        for (let turn = 0; turn < index * (round % 7); turn += 1) await setImmediate();
        return withLock(file, work);
      };
      const results = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => attempt(index)));
      expect(most).toBe(1);
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      for (const reason of refused) expect(reason).toMatchObject({ code: 'LOCKED' });
      expect(await readdir(join(folder, 'local'))).toEqual([]);
    }
  });

  test('is cleared although another died while it cleared it', async () => {
    await leaveDeadLock();
    const dead = await readFile(file, 'utf8');
    const guard = `${file}.${createHash('sha256').update(dead).digest('hex').slice(0, 16)}`;
    await writeFile(guard, dead);
    expect(await withLock(file, () => Promise.resolve('mine'))).toBe('mine');
    expect(await readdir(join(folder, 'local'))).toEqual([]);
  });
});

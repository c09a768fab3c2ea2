import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { LandfallError } from '../base/errors.js';
import { isAlive, startTimeOf } from './process/start-time.js';

interface Owner {
  readonly pid: number;
  readonly startTime: string;
  readonly since: string;
}

/**
 * Holds the environment's lock while `work` runs. A lock whose owner has gone (killed half-way) is taken over.
 * @throws LandfallError `LOCKED` naming the owner
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  await acquire(file);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function acquire(file: string): Promise<void> {
  const owner: Owner = {
    pid: process.pid,
    startTime: (await startTimeOf(process.pid)) ?? '',
    since: new Date().toISOString(),
  };
  for (;;) {
    if (await place(file, JSON.stringify(owner))) return;
    const holder = await readOwner(file);
    if (holder !== undefined && (await isAlive(holder.pid, holder.startTime))) throw locked(holder);
    // Renamed first: of two that find the same dead lock, one moves it and the other tries again.
    const stale = `${file}.${randomUUID()}`;
    await rename(file, stale).catch(() => undefined);
    await rm(stale, { force: true });
  }
}

/** Written beside, then linked: the lock never stands without its owner in it. @returns false when another holds it */
async function place(file: string, text: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function locked(holder: Owner): LandfallError {
  return new LandfallError({
    code: 'LOCKED',
    message: `Another command (process ${String(holder.pid)}, since ${holder.since}) works on this environment's local plane.`,
    fix: 'Wait until it has ended, then run the command again.',
  });
}

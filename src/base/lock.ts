import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LandfallError } from './errors.js';
import { isAlive, startTimeOf } from './start-time.js';

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
  const own = JSON.stringify({
    pid: process.pid,
    startTime: (await startTimeOf(process.pid)) ?? '',
    since: new Date().toISOString(),
  } satisfies Owner);
  while (!(await place(file, own))) {
    const text = await readText(file);
    if (text === undefined) continue;
    const holder = ownerIn(text);
    if (holder !== undefined && (await isAlive(holder.pid, holder.startTime))) throw locked(holder);
    await clear(file, text, own);
  }
}

/**
 * Removes the lock that a dead owner left. Of several that find it one removes it while the others wait, and only while it is still
 * that lock: else a late one would remove the new owner's.
 */
async function clear(file: string, dead: string, own: string): Promise<void> {
  const guard = `${file}.${createHash('sha256').update(dead).digest('hex').slice(0, 16)}`;
  if (!(await place(guard, own))) {
    const other = ownerIn((await readText(guard)) ?? '');
    if (other !== undefined && !(await isAlive(other.pid, other.startTime))) await rm(guard, { force: true });
    await delay(5);
    return;
  }
  try {
    if ((await readText(file)) === dead) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
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

/** Undefined when there is no such file. */
function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}

/** Undefined for a text that no owner wrote. */
function ownerIn(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    return typeof owner?.pid === 'number' && typeof owner.startTime === 'string' ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

function locked(holder: Owner): LandfallError {
  return new LandfallError({
    code: 'LOCKED',
    message: `Another command (process ${String(holder.pid)}, since ${holder.since}) works on this environment.`,
    fix: 'Wait until it has ended, then run the command again.',
  });
}

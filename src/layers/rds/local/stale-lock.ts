import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/**
 * After a SIGKILL `postmaster.pid` stays. When its process id belongs to some other program by now (ids are small and soon reused in
 * containers), PostgreSQL would refuse to start. It takes its parent's id for stale, so the file gets this process's: the file itself
 * must stay, since PostgreSQL finds in it the shared memory whose last users may still be writing.
 * @see CreateLockFile in https://github.com/postgres/postgres/blob/REL_16_STABLE/src/backend/utils/init/miscinit.c (read 2026-11-23)
 */
export async function disownStaleLock(dataFolder: string): Promise<void> {
  const file = join(dataFolder, 'postmaster.pid');
  const [first = '', ...rest] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const pid = Number(first);
  if (!Number.isInteger(pid) || pid <= 0 || (await commandOf(pid)).includes(dataFolder)) return;
  await writeFile(file, [String(process.pid), ...rest].join('\n'));
}

/** The command line of a process; empty when there is none. */
async function commandOf(pid: number): Promise<string> {
  const { stdout } = await exec('ps', ['-ww', '-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout;
}

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/**
 * When a process started, as the system tells it: with the process id it names one process for ever.
 * @returns undefined when it does not run; a zombie counts as gone
 */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  return platform() === 'linux' ? fromProc(pid) : fromPs(pid);
}

/** Whether the process with this id is still the one that started then. */
export async function isAlive(pid: number, startTime: string): Promise<boolean> {
  return (await startTimeOf(pid)) === startTime;
}

/** Fields 3 (state) and 22 (start time in ticks) of `/proc/<pid>/stat`; the name before them may hold anything. */
async function fromProc(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

async function fromPs(pid: number): Promise<string | undefined> {
  const { stdout } = await exec('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  const text = stdout.trim();
  return text === '' || text.startsWith('Z') ? undefined : text.replace(/^\S+\s+/, '');
}

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';

/** A process as the system's table has it. */
export interface TableEntry {
  readonly pid: number;
  /** The group that it belongs to. */
  readonly group: number;
  /** Ended, and waits for its parent to take note. */
  readonly zombie: boolean;
  readonly startTime: string;
}

/**
 * When a process started, as the system tells it: with the process id it names one process for ever.
 * @returns undefined when it does not run; a zombie counts as gone
 */
export function startTimeOf(pid: number): Promise<string | undefined> {
  const entry = lookUp(pid);
  return Promise.resolve(entry?.zombie === false ? entry.startTime : undefined);
}

/** Whether the process with this id is still the one that started then. */
export async function isAlive(pid: number, startTime: string): Promise<boolean> {
  return (await startTimeOf(pid)) === startTime;
}

/** The table's entry for one process, zombies too. Read at once: right after a start no other event can come between. */
export function lookUp(pid: number): TableEntry | undefined {
  return platform() === 'linux' ? fromProc(pid) : fromPs(['-p', String(pid)])[0];
}

/** Members of a process group that still run, such as those whose leader has ended. */
export function runningMembers(group: number): readonly TableEntry[] {
  const all =
    platform() === 'linux'
      ? readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (fromProc(Number(name)) ?? []) : []))
      : fromPs(['-ax']);
  return all.filter((entry) => entry.group === group && !entry.zombie);
}

/** Fields 3 (state), 5 (group) and 22 (start time in ticks since boot) of `/proc/<pid>/stat`; the name before them may hold anything. */
function fromProc(pid: number): TableEntry | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group = ''] = fields;
  return { pid, group: Number(group), zombie: state === 'Z' || state === 'X', startTime: fields[19] ?? '' };
}

function fromPs(which: readonly string[]): readonly TableEntry[] {
  let text: string;
  try {
    // Language and time zone of the caller would change how the time is written.
    const env = { PATH: process.env['PATH'] ?? '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
    const args = ['-o', 'pid=,pgid=,stat=,lstart=', ...which];
    text = execFileSync('ps', args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [, pid, group, state = '', startTime = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*\S)/.exec(line) ?? [];
    if (pid === undefined) return [];
    return [{ pid: Number(pid), group: Number(group), zombie: state.startsWith('Z'), startTime }];
  });
}

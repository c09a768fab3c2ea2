import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './start-time.js';

/** What is remembered of a running process, so that it can be stopped after its plane was killed. */
export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  readonly startTime: string;
  readonly stopSignal: NodeJS.Signals;
  readonly stopTimeoutSeconds: number;
}

const fileOf = (folder: string, name: string): string => join(folder, `${name}.json`);

/** Written at once: between a start and its record nothing else may happen. */
export function writeRecord(folder: string, record: ProcessRecord): void {
  writeFileSync(fileOf(folder, record.name), JSON.stringify(record), { mode: 0o600 });
}

export function removeRecord(folder: string, name: string): void {
  rmSync(fileOf(folder, name), { force: true });
}

/** Records of a folder; one that was half-written is left out. */
export function readRecords(folder: string): readonly ProcessRecord[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(join(folder, name), 'utf8')) as ProcessRecord];
    } catch {
      return [];
    }
  });
}

/** Stops every recorded process that still is the one recorded: politely, then by force. Removes the records. */
export async function stopRecorded(folder: string): Promise<void> {
  await Promise.all(
    readRecords(folder).map(async (record) => {
      await stopOne(record);
      removeRecord(folder, record.name);
    }),
  );
}

async function stopOne({ pid, startTime, stopSignal, stopTimeoutSeconds }: ProcessRecord): Promise<void> {
  if (!(await isAlive(pid, startTime))) return;
  signal(pid, stopSignal);
  const end = Date.now() + stopTimeoutSeconds * 1000;
  while (Date.now() < end && (await isAlive(pid, startTime))) await new Promise((resolve) => setTimeout(resolve, 50));
  signal(-pid, 'SIGKILL');
}

/** Sends a signal; a process (or, negative, a group) that has gone is no error. Answers whether it was there. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

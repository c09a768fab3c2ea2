import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { killGroup, pause, signal } from './group.js';
import { isAlive, lookUp } from '../../base/start-time.js';

/** What is remembered of a running process, so that it can be stopped after its plane was killed. */
export interface ProcessRecord {
  readonly pid: number;
  readonly startTime: string;
  readonly stopSignal: NodeJS.Signals;
  readonly stopTimeoutSeconds: number;
}

/** Where `<name>.json` is, or beside it when another process with that name still runs. */
export function recordFile(folder: string, name: string, pid: number): string {
  const file = join(folder, `${name}.json`);
  const other = readRecord(file);
  const inUse = other !== undefined && lookUp(other.pid)?.startTime === other.startTime;
  return inUse ? join(folder, `${name}.${String(pid)}.json`) : file;
}

/** Written at once: between a start and its record nothing else may happen. A reader sees all of it or none. */
export function writeRecord(file: string, record: ProcessRecord): void {
  writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Removes the record of this very process: another plane may have written its own there since. */
export function removeRecord(file: string, { pid, startTime }: Pick<ProcessRecord, 'pid' | 'startTime'>): void {
  const record = readRecord(file);
  if (record?.pid === pid && record.startTime === startTime) rmSync(file, { force: true });
}

/** Stops every recorded process that still is the one recorded: politely, then by force. Removes the records. */
export async function stopRecorded(folder: string): Promise<void> {
  await Promise.all(
    recordFiles(folder).map(async (file) => {
      const record = readRecord(file);
      // The machine may have gone down before its content was on the disk.
      if (record === undefined) {
        rmSync(file, { force: true });
        return;
      }
      await stopOne(record);
      removeRecord(file, record);
    }),
  );
}

async function stopOne({ pid, startTime, stopSignal, stopTimeoutSeconds }: ProcessRecord): Promise<void> {
  const found = lookUp(pid);
  // The id belongs to another process now. A group's id is not given out while the group has members: none is left.
  if (found !== undefined && found.startTime !== startTime) return;
  if (found?.zombie === false) {
    signal(pid, stopSignal);
    const end = performance.now() + stopTimeoutSeconds * 1000;
    while (performance.now() < end && (await isAlive(pid, startTime))) await pause(50);
  }
  await killGroup(pid);
}

function recordFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function readRecord(file: string): ProcessRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
    // A group id of 0 or 1 would mean this process's own group, or everything.
    return Number.isInteger(record.pid) && record.pid > 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

import { renameSync, statSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

const rotateAtBytes = 10 * 1024 * 1024;

/** Puts a file over 10 MB aside, as the one `<file>.1`. */
export function rotate(file: string): void {
  try {
    if (statSync(file).size > rotateAtBytes) renameSync(file, `${file}.1`);
  } catch {
    // There is none yet.
  }
}

/** A file that the plane itself writes lines to. */
export interface LogFile {
  /** Never throws and never waits: a full disk must not bring the plane down. */
  write(line: string): void;
  /** Resolves when all lines so far stand in the file. */
  readonly written: Promise<void>;
}

/** Lines that come while the file is written to go there together, so that many cost little. */
export function openLogFile(file: string): LogFile {
  let waiting: string[] = [];
  let written = Promise.resolve();
  const flush = async () => {
    const text = waiting.join('');
    waiting = [];
    await mkdir(dirname(file), { recursive: true });
    rotate(file);
    await appendFile(file, text, { mode: 0o600 });
  };
  return {
    write(line) {
      if (waiting.push(`${line}\n`) === 1) written = written.then(flush).catch(() => undefined);
    },
    get written() {
      return written;
    },
  };
}

import { readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What Terraform told while it applied, as long as it is not sure that the state knows it all: of one run, or of several that were cut
 * off one after the other.
 */
export interface ApplyJournal {
  readonly file: string;
  /** Nothing when all is saved. */
  read(): Promise<string>;
  /** In bytes. */
  size(): Promise<number>;
  /** Forgets what was written after the first `bytes`. */
  cutTo(bytes: number): Promise<void>;
}

export function openJournal(work: string): ApplyJournal {
  const file = join(work, 'applies.jsonl');
  return {
    file,
    read: () => readFile(file, 'utf8').catch(() => ''),
    size: () =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    cutTo: (bytes) => (bytes === 0 ? rm(file, { force: true }) : truncate(file, bytes)),
  };
}

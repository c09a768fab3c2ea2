import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { rotate } from '../../base/log-file.js';

export type OnLine = (name: string, stream: 'stdout' | 'stderr', line: string) => void;

/** What a program writes: kept in a file, its newest lines in memory. */
export interface Output {
  /** Oldest first, at most 50. */
  lastLines(): readonly string[];
  /** Resolves when all of it stands in the file. */
  readonly written: Promise<void>;
  /** Listens no longer: something that outlived the program keeps its streams open. */
  cut(): void;
}

const keptLines = 50;

/** Appends both streams to `<logs>/<name>.log`, line by line; a file over 10 MB is put aside first, as the one `.log.1`. */
export function openOutput(
  logs: string,
  name: string,
  child: ChildProcessWithoutNullStreams,
  onLine: OnLine | undefined,
): Output {
  mkdirSync(logs, { recursive: true });
  const file = join(logs, `${name}.log`);
  rotate(file);
  const log = createWriteStream(file, { flags: 'a', mode: 0o600 });
  const written = new Promise<void>((resolve) => {
    // A full disk must not bring the plane down: the newest lines stay in memory.
    log.on('error', () => resolve()).on('close', resolve);
  });
  const lines: string[] = [];
  let open = 2;
  const readers = (['stdout', 'stderr'] as const).map((stream) =>
    createInterface({ input: child[stream], crlfDelay: Infinity })
      .on('line', (line) => {
        log.write(`${line}\n`);
        if (lines.push(line) > keptLines) lines.shift();
        onLine?.(name, stream, line);
      })
      .on('close', () => {
        open -= 1;
        if (open === 0) log.end();
      }),
  );
  const cut = () => {
    for (const reader of readers) reader.close();
    child.stdout.destroy();
    child.stderr.destroy();
  };
  return { lastLines: () => [...lines], written, cut };
}

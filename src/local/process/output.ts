import type { ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type OnLine = (name: string, stream: 'stdout' | 'stderr', line: string) => void;

/** What a program writes: kept in a file, its newest lines in memory. */
export interface Output {
  /** Oldest first, at most 50. */
  lastLines(): readonly string[];
}

const keptLines = 50;
const rotateAtBytes = 10 * 1024 * 1024;

/** Appends both streams to `<logs>/<name>.log`, line by line; a file over 10 MB is put aside first. */
export function openOutput(logs: string, name: string, child: ChildProcess, onLine: OnLine | undefined): Output {
  mkdirSync(logs, { recursive: true });
  const file = join(logs, `${name}.log`);
  rotate(file);
  const log = createWriteStream(file, { flags: 'a', mode: 0o600 });
  // A full disk must not bring the plane down: the newest lines stay in memory.
  log.on('error', () => undefined);
  const lines: string[] = [];
  let open = 0;
  for (const stream of ['stdout', 'stderr'] as const) {
    const input = child[stream];
    if (input === null) continue;
    open += 1;
    createInterface({ input, crlfDelay: Infinity })
      .on('line', (line) => {
        log.write(`${line}\n`);
        if (lines.push(line) > keptLines) lines.shift();
        onLine?.(name, stream, line);
      })
      .on('close', () => {
        open -= 1;
        if (open === 0) log.end();
      });
  }
  return { lastLines: () => [...lines] };
}

function rotate(file: string): void {
  try {
    if (statSync(file).size > rotateAtBytes) renameSync(file, `${file}.1`);
  } catch {
    // There is none yet.
  }
}

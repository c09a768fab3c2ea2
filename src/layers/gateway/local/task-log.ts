import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../../../local/contract/clock.js';

/** nginx's words for its levels, from 0. */
const words = ['stderr', 'emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'] as const;

/** Kong's default `log_level` is `notice`. @see https://developer.konghq.com/gateway/configuration/ (read 2026-11-23) */
const lowest = 6;

const keptLines = 50;

/** A gateway task's error log. */
export interface TaskLog {
  /** @param level nginx's number */
  readonly write: (level: number, message: string) => void;
  /** Its last lines, oldest first. */
  readonly lastLines: () => readonly string[];
}

/** Appends to a file, which is there from the first line on. */
export function taskLog(file: string, clock: Clock): TaskLog {
  const lines: string[] = [];
  let stream: WriteStream | undefined;
  return {
    write: (level, message) => {
      if (level > lowest) return;
      const time = new Date(clock.now()).toISOString();
      const line = `${time} [${words[level] ?? String(level)}] ${message.replaceAll(/\s*\n\s*/g, ' ')}`;
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      stream ??= open(file);
      stream.write(`${line}\n`);
    },
    lastLines: () => lines,
  };
}

function open(file: string): WriteStream {
  mkdirSync(dirname(file), { recursive: true });
  // A log that cannot be written must not stop the gateway.
  return createWriteStream(file, { flags: 'a', mode: 0o600 }).on('error', () => undefined);
}

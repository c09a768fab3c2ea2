import { readdir, readFile } from 'node:fs/promises';

/** Watches the command lines of all processes, until it is stopped. */
export interface CommandLineWatch {
  /** Each line that was seen, once; none where the system shows none (macOS). */
  stop(): readonly string[];
}

const intervalMs = 200;

/** What ends within less than the interval may pass unseen. */
export function watchCommandLines(): CommandLineWatch {
  const seen = new Set<string>();
  let looking = false;
  const look = async () => {
    if (looking) return;
    looking = true;
    const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
    const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
    for (const line of lines) seen.add(line.replaceAll('\0', ' '));
    looking = false;
  };
  const timer = setInterval(() => void look(), intervalMs);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen];
    },
  };
}

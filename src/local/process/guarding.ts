import { spawn, type ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A process beside the plane that stops what the plane leaves behind. */
export interface Guard {
  /** Starts it unless it runs. */
  ensure(): void;
  /** It stops what still runs, then ends. */
  close(): Promise<void>;
}

/** A guard that lived shorter is not started again by itself: it could never work here. */
const triedMilliseconds = 5000;

/** @param folder where running processes are recorded */
export function createGuard(folder: string): Guard {
  let current: ChildProcess | undefined;
  const ensure = (): void => {
    if (current !== undefined) return;
    const started = performance.now();
    const guard = spawnGuard(folder);
    current = guard;
    const onEnd = (): void => {
      if (current !== guard) return;
      current = undefined;
      if (performance.now() - started > triedMilliseconds) ensure();
    };
    guard.once('exit', onEnd).once('error', onEnd);
  };
  return {
    ensure,
    close: async () => {
      const ended = current;
      current = undefined;
      if (ended?.pid === undefined || ended.exitCode !== null || ended.signalCode !== null) return;
      const gone = new Promise((resolve) => ended.once('exit', resolve));
      ended.stdin?.end();
      await gone;
    },
  };
}

/** The guard's own file: compiled, or the source where tests run it. Its environment holds nothing of the plane's. */
function spawnGuard(folder: string): ChildProcess {
  const source = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(source ? './guard.ts' : './guard.js', import.meta.url));
  const guard = spawn(process.execPath, [...(source ? ['--import', 'tsx'] : []), file, folder], {
    cwd: dirname(file),
    env: { PATH: process.env['PATH'] ?? '' },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.stdin.on('error', () => undefined);
  return guard;
}

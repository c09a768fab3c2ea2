import { performance } from 'node:perf_hooks';
import type { Clock } from './contract/clock.js';

/** The longest delay that a Node timer takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (milliseconds, callback) => schedule(milliseconds, callback, false),
  sleep: (milliseconds, signal) => sleepWith(schedule, milliseconds, signal),
};

type Schedule = (milliseconds: number, callback: () => void, keepAlive: boolean) => () => void;

function schedule(milliseconds: number, callback: () => void, keepAlive: boolean): () => void {
  let timer: NodeJS.Timeout;
  const start = (left: number): void => {
    const now = Math.min(left, LONGEST_TIMER_MS);
    timer = setTimeout(() => {
      if (left > now) start(left - now);
      else callback();
    }, now);
    if (!keepAlive) timer.unref();
  };
  start(milliseconds);
  return () => {
    clearTimeout(timer);
  };
}

/** `Clock.sleep` on top of any timer. */
export function sleepWith(schedule: Schedule, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cancel();
      // Whatever was given to `abort()` is handed on as it is.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(signal?.reason);
    };
    const cancel = schedule(
      milliseconds,
      () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      },
      true,
    );
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

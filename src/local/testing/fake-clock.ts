import { setImmediate } from 'node:timers/promises';
import { sleepWith } from '../clock.js';
import type { Clock } from '../contract/clock.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until told otherwise. */
export interface FakeClock extends Clock {
  /** Moves time on. Timers fire in order, each at its own time; what they set off gets one turn of the event loop. */
  advance(milliseconds: number): Promise<void>;
  /** How many timers and sleeps wait. */
  readonly waiting: number;
}

/** Starts at `startMs` since 1970; default 2026-01-01T00:00:00Z. */
export function createFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  const timers = new Set<Timer>();
  let elapsed = 0;

  const schedule = (milliseconds: number, callback: () => void): (() => void) => {
    const timer: Timer = { at: elapsed + Math.max(0, milliseconds), callback };
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  };

  const earliest = (until: number): Timer | undefined => {
    let found: Timer | undefined;
    for (const timer of timers) if (timer.at <= until && (!found || timer.at < found.at)) found = timer;
    return found;
  };

  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    after: schedule,
    sleep: (milliseconds, signal) => sleepWith(schedule, milliseconds, signal),
    get waiting() {
      return timers.size;
    },
    async advance(milliseconds) {
      const until = elapsed + milliseconds;
      for (let timer = earliest(until); timer; timer = earliest(until)) {
        timers.delete(timer);
        elapsed = timer.at;
        timer.callback();
        await setImmediate();
      }
      elapsed = until;
      await setImmediate();
    },
  };
}

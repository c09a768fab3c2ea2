import type { Clock } from '../clock.js';

/** A clock that moves only when told to, or when someone sleeps. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
  /** How many intervals are running. */
  readonly running: number;
}

export function fakeClock(): FakeClock {
  let time = 0;
  const intervals = new Set<{ readonly ms: number; readonly work: () => void; next: number }>();
  const advance = (ms: number) => {
    time += ms;
    for (const interval of intervals) {
      for (; interval.next <= time; interval.next += interval.ms) interval.work();
    }
  };
  return {
    now: () => time,
    sleep(ms) {
      advance(ms);
      return Promise.resolve();
    },
    every(ms, work) {
      const interval = { ms, work, next: time + ms };
      intervals.add(interval);
      return () => void intervals.delete(interval);
    },
    advance,
    get running() {
      return intervals.size;
    },
  };
}

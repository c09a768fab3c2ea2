import { setTimeout as wait } from 'node:timers/promises';

/** Time, as the job knows it; all in milliseconds. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Does the work again and again. @returns what ends it */
  every(ms: number, work: () => void): () => void;
}

export const wallClock: Clock = {
  now: Date.now,
  sleep: (ms) => wait(ms),
  every(ms, work) {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
};

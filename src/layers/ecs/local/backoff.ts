import type { Clock } from '../../../local/contract/clock.js';

const firstMs = 500;
const longestMs = 30_000;

/** How long a task must run for the next wait to be the first again. */
const calmMs = 60_000;

/** Waits before tasks that failed are replaced: ever longer while they keep failing. */
export class Backoff {
  readonly #timers = new Set<() => void>();
  #failures = 0;
  #waiting = 0;

  constructor(private readonly clock: Clock) {}

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Calls back after the next wait. @returns that wait, in seconds */
  next(callback: () => void): number {
    const wait = Math.min(firstMs * 2 ** this.#failures, longestMs);
    this.#failures += 1;
    this.#waiting += 1;
    this.#after(wait, () => {
      this.#waiting -= 1;
      callback();
    });
    return wait / 1000;
  }

  /** A task serves: when nothing fails for a while, the next wait is the first again. */
  calmed(): void {
    const failures = this.#failures;
    this.#after(calmMs, () => {
      if (this.#failures === failures) this.#failures = 0;
    });
  }

  /** Nothing is called back any more. */
  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#waiting = 0;
  }

  #after(milliseconds: number, callback: () => void): void {
    const cancel = this.clock.after(milliseconds, () => {
      this.#timers.delete(cancel);
      callback();
    });
    this.#timers.add(cancel);
  }
}

import type { Clock } from '../../../local/contract/clock.js';
import type { Schedule } from './next.js';

export interface LiveScheduleParts {
  readonly clock: Clock;
  readonly schedule: Schedule;
  /** Calls the target. */
  readonly call: () => Promise<void>;
  /** How often it is tried again, and for how long. */
  readonly retry: { readonly attempts: number; readonly withinMs: number };
  /** Told of each try that failed, and whether it was the last. */
  readonly onFailure: (error: unknown, last: boolean) => void;
}

/** The first wait before another try; twice as long each time. */
const retryMs = 1000;

/** A schedule while the plane runs: calls its target when it is due, until it is closed. */
export class LiveSchedule {
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(private readonly parts: LiveScheduleParts) {
    this.#wait();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #wait(): void {
    const { clock, schedule } = this.parts;
    const now = clock.now();
    const due = schedule.next(now);
    if (due === undefined) return;
    this.#cancel = clock.after(due - now, () => {
      void this.#call(clock.now());
      if (!this.#closed) this.#wait();
    });
  }

  async #call(begun: number): Promise<void> {
    const { clock, call, retry, onFailure } = this.parts;
    for (let attempt = 0, wait = retryMs; ; attempt += 1, wait *= 2) {
      try {
        await call();
        return;
      } catch (error) {
        const last = this.#closed || attempt >= retry.attempts || clock.now() + wait - begun > retry.withinMs;
        onFailure(error, last);
        if (last) return;
        await new Promise<void>((resolve) => clock.after(wait, resolve));
      }
    }
  }
}

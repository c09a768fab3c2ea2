import type { Clock } from '../../../../local/contract/clock.js';

/** What came in each second of the window, and when the last was. */
interface Counter {
  readonly perSecond: Uint32Array;
  total: number;
  second: number;
}

/**
 * Counts requests of each key over the last `windowSeconds`, to the second: a request counts at most so long. What has not been
 * heard of for a window is forgotten.
 */
export class RateWindow {
  readonly #counters = new Map<string, Counter>();
  #sweptAt = 0;

  constructor(
    private readonly windowSeconds: number,
    private readonly clock: Clock,
  ) {}

  /** Adds one request, and answers how many there are with it. */
  count(key: string): number {
    const second = Math.floor(this.clock.monotonic() / 1000);
    this.#sweep(second);
    let counter = this.#counters.get(key);
    if (counter === undefined) {
      counter = { perSecond: new Uint32Array(this.windowSeconds), total: 0, second };
      this.#counters.set(key, counter);
    }
    this.#advance(counter, second);
    const slot = second % this.windowSeconds;
    counter.perSecond[slot] = (counter.perSecond[slot] ?? 0) + 1;
    counter.total += 1;
    return counter.total;
  }

  /** How many keys it remembers. */
  get size(): number {
    return this.#counters.size;
  }

  #advance(counter: Counter, second: number): void {
    if (second - counter.second >= this.windowSeconds) {
      counter.perSecond.fill(0);
      counter.total = 0;
    } else {
      for (let at = counter.second + 1; at <= second; at += 1) {
        const slot = at % this.windowSeconds;
        counter.total -= counter.perSecond[slot] ?? 0;
        counter.perSecond[slot] = 0;
      }
    }
    counter.second = second;
  }

  #sweep(second: number): void {
    if (second - this.#sweptAt < this.windowSeconds) return;
    this.#sweptAt = second;
    for (const [key, counter] of this.#counters) {
      if (second - counter.second >= this.windowSeconds) this.#counters.delete(key);
    }
  }
}

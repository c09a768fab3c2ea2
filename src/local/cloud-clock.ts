import { setImmediate } from 'node:timers/promises';
import { sleepWith } from './clock.js';
import type { Clock } from './contract/clock.js';

/** The time of what AWS does by the minute. It can run faster than the machine's, and be moved on. */
export interface CloudClock extends Clock {
  /** How many of its seconds pass in one second; at least 1. */
  readonly speed: number;
  setSpeed(speed: number): void;
  /** Moves time on. Timers fire in order, each at its own time; what they set off gets one turn of the event loop. */
  advance(milliseconds: number): Promise<void>;
}

interface Timer {
  /** By its own monotonic time. */
  readonly at: number;
  readonly callback: () => void;
  cancel: () => void;
}

/** Starts as the given clock, at speed 1. */
export function createCloudClock(base: Clock): CloudClock {
  const timers = new Set<Timer>();
  let speed = 1;
  // Its time is `base` times the speed since the last change, and what it was before.
  let since = { base: base.now(), baseMonotonic: base.monotonic(), now: base.now(), monotonic: base.monotonic() };
  /** While time is moved on it stands at the timer that fires. */
  let standing: { readonly now: number; readonly monotonic: number } | undefined;

  const now = () => standing?.now ?? since.now + (base.now() - since.base) * speed;
  const monotonic = () => standing?.monotonic ?? since.monotonic + (base.monotonic() - since.baseMonotonic) * speed;
  const restart = (advancedMs: number) => {
    since = {
      base: base.now(),
      baseMonotonic: base.monotonic(),
      now: now() + advancedMs,
      monotonic: monotonic() + advancedMs,
    };
  };
  const arm = (timer: Timer) => {
    timer.cancel();
    timer.cancel = base.after(Math.max(0, timer.at - monotonic()) / speed, () => {
      timers.delete(timer);
      timer.callback();
    });
  };
  const after = (milliseconds: number, callback: () => void): (() => void) => {
    const timer: Timer = { at: monotonic() + Math.max(0, milliseconds), callback, cancel: () => undefined };
    timers.add(timer);
    if (standing === undefined) arm(timer);
    return () => {
      timers.delete(timer);
      timer.cancel();
    };
  };
  const earliest = (until: number): Timer | undefined =>
    [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];

  return {
    now,
    monotonic,
    after,
    sleep: (milliseconds, signal) => sleepWith(after, milliseconds, signal),
    get speed() {
      return speed;
    },
    setSpeed(wanted) {
      restart(0);
      speed = wanted;
      for (const timer of timers) arm(timer);
    },
    async advance(milliseconds) {
      const begun = { now: now(), monotonic: monotonic() };
      const at = (time: number) => ({ now: begun.now + (time - begun.monotonic), monotonic: time });
      const until = begun.monotonic + milliseconds;
      standing = begun;
      try {
        for (let timer = earliest(until); timer; timer = earliest(until)) {
          standing = at(Math.max(timer.at, standing.monotonic));
          timers.delete(timer);
          timer.cancel();
          timer.callback();
          await setImmediate();
        }
      } finally {
        const end = at(until);
        standing = undefined;
        since = { base: base.now(), baseMonotonic: base.monotonic(), ...end };
        for (const timer of timers) arm(timer);
      }
    },
  };
}

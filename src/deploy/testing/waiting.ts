import type { Waiting } from '../../base/waiting.js';

/** Time that passes only by sleeping, at once. `slept` is its sum in milliseconds. */
export function fakeWaiting(): Waiting & { readonly slept: number } {
  let slept = 0;
  return {
    get slept() {
      return slept;
    },
    now: () => slept,
    sleep: (milliseconds) => {
      slept += milliseconds;
      return Promise.resolve();
    },
  };
}

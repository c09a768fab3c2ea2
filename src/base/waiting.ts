import { setTimeout as pause } from 'node:timers/promises';

/** Time for what asks again and again; tests give their own. */
export interface Waiting {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when the command is interrupted. */
  sleep(milliseconds: number): Promise<void>;
}

/** The machine's clock. */
export function realWaiting(signal: AbortSignal): Waiting {
  return {
    now: Date.now,
    sleep: async (milliseconds) => {
      await pause(milliseconds, undefined, { signal });
    },
  };
}

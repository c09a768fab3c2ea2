/** Time as the local plane sees it. Tests inject a fake one; acceleration happens behind this interface. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back; for durations. */
  monotonic(): number;
  /** Calls `callback` once after `milliseconds`; the result cancels it. Does not keep the process alive. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it aborts. Keeps the process alive. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

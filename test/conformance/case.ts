/** One behaviour of AWS or Kong that the local plane must have too. */
export interface ConformanceCase {
  /** The room that answers for it, such as `waf`. */
  readonly layer: string;
  /** The behaviour, as a sentence without subject: `answers 404 when no rule matches`. Unique in its layer. */
  readonly name: string;
  /** Address of the page that says so, and the day it was read: `https://… (read 2026-11-25)`. */
  readonly source: string;
  /** Throws when the plane behaves otherwise. */
  run(): Promise<void> | void;
}

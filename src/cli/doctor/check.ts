/** What one thing that Landfall needs is like on this machine. */
export interface Check {
  readonly name: string;
  /** `warning`: something does not work without it, and the rest does. */
  readonly state: 'ok' | 'warning' | 'failed';
  /** What was found. */
  readonly found: string;
  /** What to do; none when it is well. */
  readonly fix: string | null;
}

export const ok = (name: string, found: string): Check => ({ name, state: 'ok', found, fix: null });
export const warning = (name: string, found: string, fix: string): Check => ({ name, state: 'warning', found, fix });
export const failed = (name: string, found: string, fix: string): Check => ({ name, state: 'failed', found, fix });

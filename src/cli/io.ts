import type { Prompts } from './prompts.js';

/** What a command may touch of the outside: tests give their own. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results. */
  out(text: string): void;
  /** Progress and errors. */
  err(text: string): void;
  /** Whether `err` is a terminal: progress is live there, one line an event elsewhere. */
  readonly isTerminal: boolean;
  readonly color: boolean;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** All of standard input, for values that must not stand on a command line. */
  readInput(): Promise<string>;
  readonly prompts: Prompts;
}

/** Options that every command takes. */
export interface CommonOptions {
  readonly env: string;
  readonly config?: string;
  readonly json?: true;
}

/** A command's outcome: the document that `--json` prints, and what a person reads. */
export interface Outcome {
  readonly document: unknown;
  readonly text: string;
  /** Default 0. */
  readonly exitCode?: number;
}

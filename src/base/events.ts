import type { Problem } from './errors.js';

/** What the core says while it works. It never prints: hosts (terminal, JSON, tests) render these. */
export type LandfallEvent =
  /** A step of a command, such as a build; `id` joins its start and its end. */
  | {
      readonly type: 'step';
      readonly id: string;
      readonly label: string;
      readonly status: StepStatus;
      readonly detail?: string;
      /** A step in which nothing runs, such as an inert resource: hosts count it, and show it only when it fails. */
      readonly quiet?: boolean;
      readonly milliseconds?: number;
    }
  /** A line that something running has written. */
  | { readonly type: 'log'; readonly source: string; readonly line: string }
  /** Something the user should know that stops nothing. */
  | { readonly type: 'warning'; readonly problem: Problem }
  /** The user is about to be shown or asked something: hosts leave what they have drawn, and begin anew below. */
  | { readonly type: 'pause' };

export type StepStatus = 'started' | 'progress' | 'done' | 'unchanged' | 'failed' | 'skipped';

export type Emit = (event: LandfallEvent) => void;

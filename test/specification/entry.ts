import type { PlannedStack } from '../harness/mocked-plan-stack.js';
import type { PlanName } from '../harness/mocked-plan-variants.js';

/** Capabilities that come after this version. */
export type Capability = 'cost' | 'deploy';

interface Common {
  /** Exactly as `statementsOf` reads it from the specification. */
  readonly text: string;
  /** Where the page is wrong about AWS or says less than is built: what holds instead. */
  readonly note?: string;
}

/** What resources show. */
export interface Shown extends Common {
  /** Addresses, or types where all of a type are meant. */
  readonly resources: readonly string[];
  /** What `check` asserts, for a reader. */
  readonly asserts: string;
  /** Default: dev and prod. */
  readonly in?: readonly PlanName[];
  /** The part of the sentence that a resource cannot show. */
  readonly later?: Capability;
  /** @throws an assertion's error when the plan does not show it */
  check(plan: PlannedStack, name: PlanName): void;
}

/** What shows at run time alone, by a capability to come. */
export interface Later extends Common {
  readonly later: Capability;
  /** What will show it. */
  readonly asserts: string;
}

/** One sentence, row or line of the specification, and what shows it. */
export type Entry = Shown | Later;

export const isShown = (entry: Entry): entry is Shown => 'check' in entry;

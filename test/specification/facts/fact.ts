import type { PlannedStack } from '../../harness/mocked-plan-stack.js';
import type { PlanName } from '../../harness/mocked-plan-variants.js';

/** Something that must hold of a planned stack, whether or not the specification says it. */
export interface Fact {
  readonly name: string;
  /** Default: dev and prod. */
  readonly in?: readonly PlanName[];
  /** @throws an assertion's error when it does not hold */
  check(plan: PlannedStack, name: PlanName): void;
}

/** Every stack that is planned. */
export const everywhere: readonly PlanName[] = [
  'dev',
  'prod',
  'bare',
  'fargate',
  'sites',
  'nat-instance',
  'custom-waf',
  'one-more',
];

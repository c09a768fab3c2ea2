import type { ScalingMemory } from './target-tracking.js';

/** One step: what to do when the metric is so far from the alarm's threshold. */
export interface StepAdjustment {
  /** Absent: without end. */
  readonly lowerBound?: number | undefined;
  readonly upperBound?: number | undefined;
  readonly adjustment: number;
}

/** One step scaling policy. */
export interface StepPolicy {
  readonly adjustmentType: 'ChangeInCapacity' | 'ExactCapacity' | 'PercentChangeInCapacity';
  readonly cooldownSeconds: number;
  /** At least so many, when percent are changed. */
  readonly minimumMagnitude: number;
  readonly steps: readonly StepAdjustment[];
}

export interface StepInput {
  readonly now: number;
  readonly current: number;
  readonly minimum: number;
  readonly maximum: number;
  /** No scale-in while a deployment goes on. */
  readonly deploying: boolean;
  /** How far the metric is above the alarm's threshold; below it is negative. */
  readonly difference: number;
  readonly memory: ScalingMemory;
}

export interface StepDecision {
  readonly capacity: number;
  readonly memory: ScalingMemory;
}

/**
 * What a policy makes of an alarm. The count it asks for is brought between the minimum and the maximum. During the cooldown of a scale-out what
 * was added counts as part of the next one; during that of a scale-in there is none.
 * @see https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html (read 2026-11-28)
 */
export function step(policy: StepPolicy, input: StepInput): StepDecision {
  const { now, current, minimum, maximum, deploying, difference, memory } = input;
  const unchanged = { capacity: current, memory };
  const adjustment = policy.steps.find((one) => holds(one, difference))?.adjustment;
  if (adjustment === undefined) return unchanged;
  const cooling = memory.out !== undefined && now < memory.out.until ? memory.out : undefined;
  const wanted = (from: number) => Math.min(maximum, Math.max(minimum, changed(policy, adjustment, from)));
  const until = now + policy.cooldownSeconds * 1000;
  const from = cooling?.from ?? current;
  if (wanted(current) > current) {
    const capacity = wanted(from);
    return capacity > current ? { capacity, memory: { out: { until, from }, inUntil: 0 } } : unchanged;
  }
  const capacity = wanted(current);
  if (capacity === current || deploying || now < memory.inUntil) return unchanged;
  return { capacity, memory: { ...memory, inUntil: until } };
}

/**
 * Above the threshold the lower bound belongs to a step, below it the upper one.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepAdjustment.html (read 2026-11-28)
 */
function holds({ lowerBound = -Infinity, upperBound = Infinity }: StepAdjustment, difference: number): boolean {
  if (difference > 0) return lowerBound <= difference && difference < upperBound;
  if (difference < 0) return lowerBound < difference && difference <= upperBound;
  return lowerBound <= 0 && 0 <= upperBound;
}

/**
 * Percentages are rounded towards zero above 1 and away from it below.
 * @see https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html (not re-read: rounding)
 */
function changed(policy: StepPolicy, adjustment: number, from: number): number {
  switch (policy.adjustmentType) {
    case 'ExactCapacity':
      return adjustment;
    case 'ChangeInCapacity':
      return from + adjustment;
    case 'PercentChangeInCapacity': {
      const change = (from * adjustment) / 100;
      const size = Math.abs(change) < 1 ? Math.ceil(Math.abs(change)) : Math.floor(Math.abs(change));
      return from + Math.sign(change) * Math.max(size, policy.minimumMagnitude);
    }
  }
}

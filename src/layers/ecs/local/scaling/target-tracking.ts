/** One target tracking policy. */
export interface TrackingPolicy {
  readonly metric: 'cpu' | 'requests';
  readonly targetValue: number;
  readonly scaleOutCooldownSeconds: number;
  readonly scaleInCooldownSeconds: number;
  readonly disableScaleIn: boolean;
}

/** How many one-minute datapoints each alarm looks at, and where the lower one stands. */
export const alarms = { outDatapoints: 3, inDatapoints: 15, inFactor: 0.9 } as const;

/** Datapoints of one metric, oldest first; undefined where there was no data. */
export type Series = readonly (number | undefined)[];

/**
 * What the policy's two alarms say. Missing data is never taken for low use.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html (read 2026-11-25)
 */
export function alarmOf({ targetValue }: Pick<TrackingPolicy, 'targetValue'>, series: Series): 'high' | 'low' | 'ok' {
  const lastAll = (count: number, holds: (value: number) => boolean) =>
    series.length >= count && series.slice(-count).every((value) => value !== undefined && holds(value));
  if (lastAll(alarms.outDatapoints, (value) => value > targetValue)) return 'high';
  if (lastAll(alarms.inDatapoints, (value) => value < targetValue * alarms.inFactor)) return 'low';
  return 'ok';
}

/** How many tasks would bring the metric to its target: never fewer than that. */
export function proportional(capacity: number, value: number, targetValue: number): number {
  return Math.ceil((capacity * value) / targetValue);
}

/** What Application Auto Scaling remembers of a scalable target. Times are milliseconds of one clock. */
export interface ScalingMemory {
  /** The scale-out that the cooldown began with: its capacity before counts for the next one. */
  readonly out: { readonly until: number; readonly from: number } | undefined;
  readonly inUntil: number;
}

export interface ScalingInput {
  readonly now: number;
  readonly current: number;
  readonly minimum: number;
  readonly maximum: number;
  /** No scale-in while a deployment goes on. */
  readonly deploying: boolean;
  readonly policies: readonly { readonly policy: TrackingPolicy; readonly series: Series }[];
  readonly memory: ScalingMemory;
}

export interface ScalingDecision {
  readonly capacity: number;
  readonly memory: ScalingMemory;
  /** The policy that decided; undefined when nothing changes. */
  readonly by?: TrackingPolicy;
}

/**
 * The capacity that the policies together ask for: the largest when any of them scales out; when all that may scale in are ready to, the
 * largest that they ask for. Nothing wakes a service at 0 or brings it there.
 * @see https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html (not re-read)
 */
export function decide(input: ScalingInput): ScalingDecision {
  const { current, memory } = input;
  if (current === 0) return { capacity: 0, memory };
  return scaleOut(input) ?? scaleIn(input) ?? { capacity: current, memory };
}

/** During the cooldown, what was added counts as part of the next step, so that only a larger one adds more. */
function scaleOut({ now, current, minimum, maximum, policies, memory }: ScalingInput): ScalingDecision | undefined {
  const cooling = memory.out !== undefined && now < memory.out.until ? memory.out : undefined;
  const from = cooling?.from ?? current;
  const wishes = policies
    .filter(({ policy, series }) => alarmOf(policy, series) === 'high')
    .map(({ policy, series }) => ({ policy, wish: proportional(from, series.at(-1) ?? 0, policy.targetValue) }))
    .sort((a, b) => b.wish - a.wish);
  const [largest] = wishes;
  if (largest === undefined) return undefined;
  const capacity = Math.min(maximum, Math.max(minimum, largest.wish));
  if (capacity <= current) return undefined;
  const until = now + largest.policy.scaleOutCooldownSeconds * 1000;
  // A scale-out ends the cooldown of a scale-in.
  return { capacity, by: largest.policy, memory: { out: { until, from }, inUntil: 0 } };
}

function scaleIn(input: ScalingInput): ScalingDecision | undefined {
  const { now, current, minimum, deploying, memory } = input;
  const policies = input.policies.filter(({ policy }) => !policy.disableScaleIn);
  const ready = policies.length > 0 && policies.every(({ policy, series }) => alarmOf(policy, series) === 'low');
  if (!ready || deploying || now < memory.inUntil) return undefined;
  const [largest] = policies
    .map(({ policy, series }) => ({ policy, wish: proportional(current, series.at(-1) ?? 0, policy.targetValue) }))
    .sort((a, b) => b.wish - a.wish);
  if (largest === undefined) return undefined;
  const capacity = Math.max(1, minimum, largest.wish);
  if (capacity >= current) return undefined;
  const inUntil = now + largest.policy.scaleInCooldownSeconds * 1000;
  return { capacity, by: largest.policy, memory: { ...memory, inUntil } };
}

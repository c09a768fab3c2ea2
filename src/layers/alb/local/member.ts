import type { Target, TargetHealth } from '../../../local/contract/context.js';
import type { UpstreamError } from '../../../local/contract/http.js';

/** A registered target. */
export interface Member {
  readonly target: Target;
  /** Whether it was registered beside a target that has its full share: then it warms up first. */
  readonly isNewcomer: boolean;
  health: TargetHealth;
  /** Consecutive checks that said otherwise than `health`. */
  streak: number;
  inFlight: number;
  /** When it began to warm up, by the monotonic clock. */
  slowSince: number | undefined;
  /** Told when its deregistration delay is over, one for each request in flight. */
  readonly cuts: Set<(error: UpstreamError) => void>;
  /** Ends its next check. */
  cancel: () => void;
  /** Told when the last request in flight has ended. */
  idle: () => void;
}

const nothing = () => undefined;

export const newMember = (target: Target, health: TargetHealth, isNewcomer: boolean): Member => ({
  target,
  isNewcomer,
  health,
  streak: 0,
  inFlight: 0,
  slowSince: undefined,
  cuts: new Set(),
  cancel: nothing,
  idle: nothing,
});

/** A target that was taken for one request; `release` says, once or more, that the request has ended. */
export interface Taken {
  readonly target: Target;
  readonly release: () => void;
  /** Called when the target is given up with the request still in flight. */
  readonly onCut: (cut: (error: UpstreamError) => void) => void;
}

/** Counts one more request in flight. */
export function takenFrom(member: Member): Taken {
  member.inFlight += 1;
  let onCut: ((error: UpstreamError) => void) | undefined;
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    if (onCut !== undefined) member.cuts.delete(onCut);
    member.inFlight -= 1;
    if (member.inFlight === 0) member.idle();
  };
  return { target: member.target, release, onCut: (cut) => void member.cuts.add((onCut = cut)) };
}

export interface Thresholds {
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/**
 * What one more check makes of a member: its new health, or undefined when it stays as it is. The first success makes a new one healthy.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html (read 2026-11-25)
 */
export function judge(
  member: Member,
  ok: boolean,
  { healthyThreshold, unhealthyThreshold }: Thresholds,
): TargetHealth | undefined {
  if (member.health === 'initial') return ok ? 'healthy' : undefined;
  member.streak = ok === (member.health === 'healthy') ? 0 : member.streak + 1;
  if (member.health === 'healthy' && member.streak >= unhealthyThreshold) return 'unhealthy';
  return member.health === 'unhealthy' && member.streak >= healthyThreshold ? 'healthy' : undefined;
}

/** What the choice of a target looks at. */
export interface Candidate {
  readonly inFlight: number;
  /** When its slow start began, by the monotonic clock; undefined when it has its full share. */
  readonly slowSince: number | undefined;
}

export type Algorithm = 'round_robin' | 'least_outstanding_requests' | 'weighted_random';

export interface RoutingSettings {
  readonly algorithm: Algorithm;
  /** 0: none. */
  readonly slowStartMs: number;
}

/** A target that warms up gets no less than this part of a full share, or it would get nothing at first. */
const leastShare = 0.01;

/**
 * Chooses among targets.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html (read 2026-11-25)
 */
export class Routing<T extends Candidate> {
  #next = 0;
  readonly #credit = new WeakMap<T, number>();

  /** @param now by the monotonic clock; @returns undefined when there is no candidate */
  pick(candidates: readonly T[], { algorithm, slowStartMs }: RoutingSettings, now: number): T | undefined {
    const start = this.#next % Math.max(1, candidates.length);
    this.#next = start + 1;
    if (algorithm === 'least_outstanding_requests') return leastBusy(candidates, start);
    const shares = candidates.map(({ slowSince }) => shareOf(slowSince, slowStartMs, now));
    return shares.every((share) => share === 1) ? candidates[start] : this.#byShare(candidates, shares);
  }

  /** Evenly spread, in proportion to the shares. */
  #byShare(candidates: readonly T[], shares: readonly number[]): T | undefined {
    return takeByWeight(
      candidates.map((candidate, index) => ({ candidate, weight: shares[index] ?? 0 })),
      {
        get: ({ candidate }) => this.#credit.get(candidate) ?? 0,
        set: ({ candidate }, credit) => void this.#credit.set(candidate, credit),
      },
    )?.candidate;
  }
}

function leastBusy<T extends Candidate>(candidates: readonly T[], start: number): T | undefined {
  const turned = [...candidates.slice(start), ...candidates.slice(0, start)];
  return turned.reduce<T | undefined>(
    (best, candidate) => (best === undefined || candidate.inFlight < best.inFlight ? candidate : best),
    undefined,
  );
}

/** Grows linearly. */
function shareOf(slowSince: number | undefined, slowStartMs: number, now: number): number {
  if (slowSince === undefined || slowStartMs === 0) return 1;
  return Math.min(1, Math.max(leastShare, (now - slowSince) / slowStartMs));
}

/**
 * Smooth weighted round robin: in each run of as many picks as the weights sum up to, each is picked as often as its weight says.
 * @returns undefined when no weight is above 0
 */
export function takeByWeight<T extends { readonly weight: number }>(
  items: readonly T[],
  credits: { get(item: NoInfer<T>): number; set(item: NoInfer<T>, credit: number): void },
): T | undefined {
  let best: T | undefined;
  let sum = 0;
  for (const item of items) {
    if (item.weight <= 0) continue;
    sum += item.weight;
    credits.set(item, credits.get(item) + item.weight);
    if (best === undefined || credits.get(item) > credits.get(best)) best = item;
  }
  if (best !== undefined) credits.set(best, credits.get(best) - sum);
  return best;
}

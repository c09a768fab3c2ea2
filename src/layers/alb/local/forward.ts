import type { HeaderPair } from '../../../local/contract/http.js';
import { setCookies, stuck } from './cookies.js';
import type { LocalTargetGroup } from './local-target-group.js';
import { takeByWeight } from './routing.js';

/** One of the groups of a forward. */
export interface WeightedGroup {
  readonly arn: string;
  /** 0 gets nothing. */
  readonly weight: number;
  readonly group: LocalTargetGroup | undefined;
}

/** The group for one request, and what makes the next request of the session go there too. */
export interface Choice {
  readonly group: LocalTargetGroup | undefined;
  readonly cookies: readonly HeaderPair[];
}

const sticky = { name: 'AWSALBTG', twin: 'AWSALBTGCORS' };

/**
 * A `forward` action: to one group, or to several by weight. A group without targets is chosen as any other.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html (read 2026-11-25)
 */
export class Forward {
  readonly #credit = new Map<WeightedGroup, number>();

  /** @param stickySeconds how long a session stays with its group; undefined: it does not */
  constructor(
    private readonly scope: string,
    private readonly groups: readonly WeightedGroup[],
    private readonly stickySeconds: number | undefined,
  ) {}

  choose(headers: readonly HeaderPair[], now: number): Choice {
    const [only] = this.groups;
    if (this.groups.length === 1 && this.stickySeconds === undefined) return { group: only?.group, cookies: [] };
    const bound = this.stickySeconds === undefined ? undefined : this.#bound(headers, now);
    const chosen = bound ?? this.#next();
    return { group: chosen?.group, cookies: chosen === undefined ? [] : this.#cookies(chosen, now) };
  }

  targetGroups(): readonly LocalTargetGroup[] {
    return this.groups.flatMap(({ group }) => (group === undefined ? [] : [group]));
  }

  #bound(headers: readonly HeaderPair[], now: number): WeightedGroup | undefined {
    const arn = stuck(headers, [sticky.name, sticky.twin], this.scope, now);
    return arn === undefined ? undefined : this.groups.find((group) => group.arn === arn);
  }

  #next(): WeightedGroup | undefined {
    return takeByWeight(this.groups, {
      get: (group) => this.#credit.get(group) ?? 0,
      set: (group, credit) => void this.#credit.set(group, credit),
    });
  }

  #cookies({ arn }: WeightedGroup, now: number): readonly HeaderPair[] {
    if (this.stickySeconds === undefined) return [];
    const expires = now + this.stickySeconds * 1000;
    return setCookies(sticky.name, { scope: this.scope, choice: arn, expires }, sticky.twin);
  }
}

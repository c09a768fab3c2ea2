import type { Datum } from '../../../local/contract/metrics.js';

/** One request that the load balancer has answered. */
export interface Answered {
  /** The group that a rule chose; undefined for a rule's own answer. */
  readonly group: string | undefined;
  /** Whether a target of it was chosen. */
  readonly routed: boolean;
  /** Whether the answer is the load balancer's own. */
  readonly own: boolean;
  readonly status: number;
  /** Until the response's header came; undefined when the target took the connection over. */
  readonly seconds: number | undefined;
}

/** Targets of a group now. */
export interface GroupHealth {
  readonly name: string;
  readonly healthy: number;
  readonly unhealthy: number;
}

/** As the provider names them in ARNs, and CloudWatch in dimensions. */
export const loadBalancerSuffix = (name: string): string => `app/${name}/local`;
export const targetGroupSuffix = (name: string): string => `targetgroup/${name}/local`;

/** Three digits, so that a busy minute stays small. */
const rounded = (seconds: number): number => Number(seconds.toPrecision(3));

/**
 * Counts what passes, and makes a minute's metrics of it. What did not happen is not reported; targets are while there are some.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html (read 2026-11-28: metrics are sent only while requests flow; the dimensions not re-read)
 */
export class Traffic {
  /** By group (or none) and metric name. */
  #counts = new Map<string | undefined, Map<string, number>>();
  #seconds = new Map<string, Map<number, number>>();

  constructor(private readonly loadBalancer: string) {}

  answered({ group, routed, own, status, seconds }: Answered): void {
    if (routed && group !== undefined) this.#count(group, 'RequestCount');
    const family = `${String(Math.floor(status / 100))}XX_Count`;
    if (own) {
      this.#count(undefined, `HTTPCode_ELB_${family}`);
      if (ownCodes.has(status)) this.#count(undefined, `HTTPCode_ELB_${String(status)}_Count`);
    } else if (group !== undefined) {
      this.#count(group, `HTTPCode_Target_${family}`);
      if (seconds === undefined) return;
      const times = this.#seconds.get(group) ?? new Map<number, number>();
      times.set(rounded(seconds), (times.get(rounded(seconds)) ?? 0) + 1);
      this.#seconds.set(group, times);
    }
  }

  #count(group: string | undefined, name: string): void {
    const counts = this.#counts.get(group) ?? new Map<string, number>();
    counts.set(name, (counts.get(name) ?? 0) + 1);
    this.#counts.set(group, counts);
  }

  /** What was counted since it was called before, and how the groups are. */
  report(groups: readonly GroupHealth[]): readonly Datum[] {
    const [counts, seconds] = [this.#counts, this.#seconds];
    this.#counts = new Map();
    this.#seconds = new Map();
    return [
      ...[...counts].flatMap(([group, names]) =>
        [...names].flatMap(([name, count]) => this.#everywhere(group, { name, unit: 'Count', values: [count] })),
      ),
      ...[...seconds].flatMap(([group, times]) =>
        this.#everywhere(group, { name: 'TargetResponseTime', unit: 'Seconds', values: [...times] }),
      ),
      ...groups.flatMap((group) => this.#group(group, counts.get(group.name)?.get('RequestCount'))),
    ];
  }

  #group({ name, healthy, unhealthy }: GroupHealth, requests: number | undefined): readonly Datum[] {
    const values: Readonly<Record<string, number>> = {
      ...(healthy + unhealthy > 0 && { HealthyHostCount: healthy, UnHealthyHostCount: unhealthy }),
      ...(requests !== undefined && healthy > 0 && { RequestCountPerTarget: requests / healthy }),
    };
    return Object.entries(values).map(([metric, value]) =>
      this.#datum({ name: metric, unit: 'Count', values: [value] }, name),
    );
  }

  /** Of the load balancer as a whole, and of the group. */
  #everywhere(group: string | undefined, datum: Pick<Datum, 'name' | 'unit' | 'values'>): readonly Datum[] {
    return group === undefined ? [this.#datum(datum)] : [this.#datum(datum), this.#datum(datum, group)];
  }

  #datum(datum: Pick<Datum, 'name' | 'unit' | 'values'>, group?: string): Datum {
    return {
      namespace: 'AWS/ApplicationELB',
      ...datum,
      dimensions: {
        LoadBalancer: loadBalancerSuffix(this.loadBalancer),
        ...(group !== undefined && { TargetGroup: targetGroupSuffix(group) }),
      },
    };
  }
}

/** Those that have a metric of their own. */
const ownCodes: ReadonlySet<number> = new Set([500, 502, 503, 504]);

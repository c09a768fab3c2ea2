import type { Clock } from '../../../../local/contract/clock.js';
import type { Datapoints } from './metrics.js';
import { alarms, decide, type ScalingMemory, type Series, type TrackingPolicy } from './target-tracking.js';

/** What is scaled. */
export interface Scalable {
  readonly desiredCount: number;
  readonly deploying: boolean;
  scaleTo(count: number): void;
}

export interface AutoscalerParts {
  readonly scalable: Scalable;
  readonly metrics: { read(seconds: number): Datapoints };
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/** CloudWatch gets one datapoint a minute. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-stepscaling.html (read 2026-11-25) */
const periodSeconds = 60;

/** A scalable target with its policies: makes a datapoint a minute and scales by them, until it is closed. */
export class Autoscaler {
  readonly #policies = new Map<string, TrackingPolicy>();
  readonly #series: Record<TrackingPolicy['metric'], Series> = { cpu: [], requests: [] };
  #memory: ScalingMemory = { out: undefined, inUntil: 0 };
  #cancel: () => void;

  constructor(
    private readonly parts: AutoscalerParts,
    public bounds: { readonly minimum: number; readonly maximum: number },
  ) {
    // Counters start now: the first datapoint is about the first minute.
    parts.metrics.read(periodSeconds);
    this.#cancel = this.#later();
  }

  /** Sets or changes the policy of this address. */
  put(address: string, policy: TrackingPolicy): void {
    this.#policies.set(address, policy);
  }

  remove(address: string): void {
    this.#policies.delete(address);
  }

  close(): void {
    this.#cancel();
  }

  #later(): () => void {
    return this.parts.clock.after(periodSeconds * 1000, () => {
      this.#cancel = this.#later();
      this.#tick();
    });
  }

  #tick(): void {
    const { scalable, metrics, clock, say } = this.parts;
    const datapoints = metrics.read(periodSeconds);
    for (const metric of ['cpu', 'requests'] as const)
      this.#series[metric] = [...this.#series[metric], datapoints[metric]].slice(-alarms.inDatapoints);
    const current = scalable.desiredCount;
    const { capacity, by, memory } = decide({
      now: clock.monotonic(),
      current,
      ...this.bounds,
      deploying: scalable.deploying,
      policies: [...this.#policies.values()].map((policy) => ({ policy, series: this.#series[policy.metric] })),
      memory: this.#memory,
    });
    this.#memory = memory;
    if (by === undefined) return;
    say(`scales from ${String(current)} to ${String(capacity)} tasks: ${reason(by, datapoints)}`);
    scalable.scaleTo(capacity);
  }
}

function reason({ metric, targetValue }: TrackingPolicy, datapoints: Datapoints): string {
  const value = (datapoints[metric] ?? 0).toFixed(0);
  const [unit, name] = metric === 'cpu' ? [' %', 'CPU'] : ['', 'requests a minute and task'];
  return `${name} ${value}${unit}, target ${String(targetValue)}${unit}`;
}

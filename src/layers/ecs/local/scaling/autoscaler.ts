import type { Clock } from '../../../../local/contract/clock.js';
import { step, type StepPolicy } from './step-scaling.js';
import { decide, type ScalingMemory, type Series, type TrackingPolicy } from './target-tracking.js';

/** What is scaled. */
export interface Scalable {
  readonly desiredCount: number;
  readonly deploying: boolean;
  scaleTo(count: number): void;
}

export interface AutoscalerParts {
  readonly scalable: Scalable;
  /** Calls back when the metrics of a minute are there; the result ends it. */
  readonly everyMinute: (look: (minuteEnd: number) => void) => () => void;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/** A policy, and the datapoints of its metric until the end of a minute. */
interface Tracked {
  readonly policy: TrackingPolicy;
  readonly series: (minuteEnd: number) => Series;
}

/** A scalable target with its policies: looks at their metrics each minute and scales by them, until it is closed. */
export class Autoscaler {
  readonly #policies = new Map<string, Tracked>();
  #memory: ScalingMemory = { out: undefined, inUntil: 0 };
  readonly #end: () => void;

  constructor(
    private readonly parts: AutoscalerParts,
    public bounds: { readonly minimum: number; readonly maximum: number },
  ) {
    this.#end = parts.everyMinute((minuteEnd) => this.#look(minuteEnd));
  }

  /** Sets or changes the policy of this address. */
  put(address: string, policy: TrackingPolicy, series: Tracked['series']): void {
    this.#policies.set(address, { policy, series });
  }

  remove(address: string): void {
    this.#policies.delete(address);
  }

  /** Does what a step scaling policy makes of an alarm. @param difference how far the metric is above its threshold */
  step(name: string, policy: StepPolicy, difference: number): void {
    const { scalable, clock, say } = this.parts;
    const { desiredCount: current, deploying } = scalable;
    const now = clock.monotonic();
    const input = { now, current, ...this.bounds, deploying, difference, memory: this.#memory };
    const { capacity, memory } = step(policy, input);
    this.#memory = memory;
    if (capacity === current) return;
    say(`scales from ${String(current)} to ${String(capacity)} tasks: ${name}`);
    scalable.scaleTo(capacity);
  }

  close(): void {
    this.#end();
  }

  #look(minuteEnd: number): void {
    const { scalable, clock, say } = this.parts;
    const policies = [...this.#policies.values()].map(({ policy, series }) => ({ policy, series: series(minuteEnd) }));
    const current = scalable.desiredCount;
    const { capacity, by, memory } = decide({
      now: clock.monotonic(),
      current,
      ...this.bounds,
      deploying: scalable.deploying,
      policies,
      memory: this.#memory,
    });
    this.#memory = memory;
    if (by === undefined) return;
    const value = policies.find(({ policy }) => policy === by)?.series.at(-1);
    say(`scales from ${String(current)} to ${String(capacity)} tasks: ${reason(by, value ?? 0)}`);
    scalable.scaleTo(capacity);
  }
}

function reason({ metric, targetValue }: TrackingPolicy, value: number): string {
  const [unit, name] = metric === 'cpu' ? [' %', 'CPU'] : ['', 'requests a minute and task'];
  return `${name} ${value.toFixed(0)}${unit}, target ${String(targetValue)}${unit}`;
}

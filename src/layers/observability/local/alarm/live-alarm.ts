import type { Alarm, AlarmAction, AlarmNotice, AlarmState } from '../../../../local/contract/alarms.js';
import type { Clock } from '../../../../local/contract/clock.js';
import type { Metrics } from '../../../../local/contract/metrics.js';
import { evaluateQueries } from '../math/evaluate.js';
import { isMany } from '../math/value.js';
import type { AlarmPlan } from './arguments.js';
import { evaluationRange, judge } from './judge.js';

export interface LiveAlarmParts {
  readonly arn: string;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Those that hear of a state now. */
  readonly actions: (state: AlarmState) => readonly AlarmAction[];
}

/** An alarm while the plane runs: looks at its metrics whenever a period has ended, until it is closed. */
export class LiveAlarm implements Alarm {
  #state: AlarmState = 'INSUFFICIENT_DATA';
  #reason = 'It has not been evaluated yet.';
  #since: number;
  #value: number | undefined;
  readonly #end: () => void;

  constructor(
    public plan: AlarmPlan,
    private readonly parts: LiveAlarmParts,
  ) {
    this.#since = parts.clock.now();
    this.#end = parts.metrics.evaluate((minuteEnd) => this.#look(minuteEnd));
  }

  get name(): string {
    return this.plan.name;
  }

  get arn(): string {
    return this.parts.arn;
  }

  get state(): AlarmState {
    return this.#state;
  }

  get reason(): string {
    return this.#reason;
  }

  get since(): number {
    return this.#since;
  }

  setState(state: AlarmState, reason: string): void {
    this.#become(state, reason);
  }

  close(): void {
    this.#end();
  }

  #look(minuteEnd: number): void {
    const periodMs = this.plan.periodSeconds * 1000;
    if (minuteEnd % periodMs === 0) {
      const range = this.#values(minuteEnd, periodMs);
      const state = judge(range, this.plan) ?? this.#state;
      this.#value = range.findLast((value) => value !== undefined);
      this.#become(state, this.#describe(range, state));
    }
    // Auto Scaling goes on hearing of an alarm, whatever the length of its period.
    else if (this.#state === 'ALARM') this.#tell(true);
  }

  /** Of each period of the evaluation range that ends now. */
  #values(end: number, periodMs: number): readonly (number | undefined)[] {
    const count = evaluationRange(this.plan);
    const from = end - count * periodMs;
    const value = evaluateQueries(this.plan.queries, { from, until: end }, this.parts.metrics).get(this.plan.watched);
    return Array.from({ length: count }, (_, index) => {
      if (value === undefined || isMany(value)) return undefined;
      return typeof value === 'number' ? value : value.get(from + index * periodMs);
    });
  }

  #become(state: AlarmState, reason: string): void {
    const changed = state !== this.#state;
    if (changed) {
      this.#state = state;
      this.#since = this.parts.clock.now();
      this.#reason = reason;
    }
    if (changed || state === 'ALARM') this.#tell(!changed);
  }

  #tell(repeated: boolean): void {
    const { name, plan } = this;
    const notice: AlarmNotice = {
      alarm: name,
      state: this.#state,
      reason: this.#reason,
      value: this.#value,
      threshold: plan.threshold,
    };
    for (const action of this.parts.actions(this.#state)) if (!repeated || action.repeats) action.notify(notice);
  }

  #describe(range: readonly (number | undefined)[], state: AlarmState): string {
    const { evaluationPeriods, threshold, comparison, isBreaching, missingData } = this.plan;
    const real = range.filter((value) => value !== undefined).slice(-evaluationPeriods);
    if (state === 'INSUFFICIENT_DATA') return `No datapoint in the last ${String(range.length)} periods.`;
    const missing = evaluationPeriods - real.length;
    const seen = `${String(real.filter(isBreaching).length)} of the last ${String(evaluationPeriods)} datapoints were past the threshold (${comparison} ${String(threshold)})`;
    const without = missing > 0 ? `; ${String(missing)} were missing, taken as ${missingData}` : '';
    const newest = real.at(-1);
    return `${seen}${newest === undefined ? '' : `, the newest ${String(newest)}`}${without}.`;
  }
}

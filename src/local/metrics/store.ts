import type { Clock } from '../contract/clock.js';
import type { Datapoint, Datum, MetricId, Metrics, SeriesQuery } from '../contract/metrics.js';
import { bucketOf, merged, statisticOf, type Bucket } from './bucket.js';

export const minuteMs = 60_000;

/** How long a minute is kept, and of how many metrics; of more, those are forgotten that were reported longest ago. */
const kept = { minutes: 24 * 60, metrics: 2000 } as const;

/** As long as AWS lists a metric after its last datapoint. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html (not re-read: `RecentlyActive`) */
const listedMs = 3 * 60 * minuteMs;

interface Metric {
  readonly id: MetricId;
  /** By the minute since 1970, oldest first. */
  readonly minutes: Map<number, Bucket>;
  lastPut: number;
}

/** Keeps metrics in memory. While something is to be collected or looked at, it wakes at the end of each minute. */
export class MetricStore implements Metrics {
  /** In the order of their last report. */
  readonly #metrics = new Map<string, Metric>();
  readonly #reports = new Set<() => readonly Datum[]>();
  readonly #looks = new Set<(minuteEnd: number) => void>();
  #cancel: (() => void) | undefined;

  /** @param onError told of what a report or a look throws: the others go on */
  constructor(
    private readonly clock: Clock,
    private readonly onError: (error: unknown) => void,
  ) {}

  put(data: readonly Datum[]): void {
    for (const datum of data) this.#put(datum);
  }

  #put(datum: Datum): void {
    const bucket = bucketOf(datum.values);
    if (bucket === undefined) return;
    const key = keyOf(datum);
    const { namespace, name, dimensions } = datum;
    const fresh: Metric = { id: { namespace, name, dimensions }, minutes: new Map(), lastPut: 0 };
    const metric = this.#metrics.get(key) ?? fresh;
    this.#metrics.delete(key);
    this.#metrics.set(key, metric);
    metric.lastPut = this.clock.now();
    const minute = Math.floor((datum.time ?? metric.lastPut) / minuteMs);
    const before = metric.minutes.get(minute);
    metric.minutes.set(minute, before === undefined ? bucket : merged(before, bucket));
    this.#forgetOld(metric);
  }

  #forgetOld(metric: Metric): void {
    const oldest = Math.floor(this.clock.now() / minuteMs) - kept.minutes;
    for (const minute of metric.minutes.keys()) if (minute < oldest) metric.minutes.delete(minute);
    for (const key of this.#metrics.keys()) {
      if (this.#metrics.size <= kept.metrics) return;
      this.#metrics.delete(key);
    }
  }

  series({ statistic, periodSeconds, from, until, ...id }: SeriesQuery): readonly Datapoint[] {
    const periodMs = periodSeconds * 1000;
    const periods = new Map<number, Bucket>();
    for (const [minute, bucket] of this.#metrics.get(keyOf(id))?.minutes ?? []) {
      const time = Math.floor((minute * minuteMs) / periodMs) * periodMs;
      if (time < from || time >= until) continue;
      const before = periods.get(time);
      periods.set(time, before === undefined ? bucket : merged(before, bucket));
    }
    return [...periods]
      .sort(([a], [b]) => a - b)
      .flatMap(([time, bucket]) => {
        const value = statisticOf(bucket, statistic);
        return value === undefined ? [] : [{ time, value }];
      });
  }

  list(): readonly MetricId[] {
    const since = this.clock.now() - listedMs;
    return [...this.#metrics]
      .filter(([, { lastPut }]) => lastPut >= since)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { id }]) => id);
  }

  collect(report: () => readonly Datum[]): () => void {
    this.#reports.add(report);
    this.#cancel ??= this.#atEndOfMinute();
    return () => {
      this.#reports.delete(report);
      this.#rest();
    };
  }

  evaluate(look: (minuteEnd: number) => void): () => void {
    this.#looks.add(look);
    this.#cancel ??= this.#atEndOfMinute();
    return () => {
      this.#looks.delete(look);
      this.#rest();
    };
  }

  /** Collects no more. */
  close(): void {
    this.#reports.clear();
    this.#looks.clear();
    this.#rest();
  }

  #rest(): void {
    if (this.#reports.size + this.#looks.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #atEndOfMinute(): () => void {
    const end = (Math.floor(this.clock.now() / minuteMs) + 1) * minuteMs;
    return this.clock.after(end - this.clock.now(), () => {
      this.#cancel = this.#atEndOfMinute();
      for (const report of [...this.#reports]) this.#safely(() => this.#collected(report(), end));
      for (const look of [...this.#looks]) this.#safely(() => look(end));
    });
  }

  #collected(data: readonly Datum[], end: number): void {
    this.put(data.map((datum) => ({ time: end - minuteMs, ...datum })));
  }

  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.onError(error);
    }
  }
}

function keyOf({ namespace, name, dimensions }: MetricId): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

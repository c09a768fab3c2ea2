/** Which metric of CloudWatch. Metrics that differ in one dimension have nothing to do with each other. */
export interface MetricId {
  /** Such as `AWS/ApplicationELB`. */
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What is known of several values when each is not. */
export interface StatisticSet {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** What is reported of a metric. */
export interface Datum extends MetricId {
  /** Each value, or a value and how often it was seen; or what is known of all together. */
  readonly values: readonly (number | readonly [value: number, count: number])[] | StatisticSet;
  /** Such as `Count`, `Percent`, `Seconds`. */
  readonly unit?: string;
  /** Milliseconds since 1970; default: now. */
  readonly time?: number;
}

/** `p95` is the 95th percentile. */
export type Statistic = 'Average' | 'Maximum' | 'Minimum' | 'SampleCount' | 'Sum' | `p${number}`;

/** Datapoints of one metric: those whose period begins at `from` or later and before `until` (milliseconds since 1970). */
export interface SeriesQuery extends MetricId {
  readonly statistic: Statistic;
  /** A multiple of 60. */
  readonly periodSeconds: number;
  readonly from: number;
  readonly until: number;
}

export interface Datapoint {
  /** When its period begins, in milliseconds since 1970; a multiple of the period. */
  readonly time: number;
  readonly value: number;
}

/**
 * The metrics of one plane, as CloudWatch keeps them: by the minute, in memory, for a day. Their time is that of `LocalContext.cloudClock`.
 * At the end of each minute first all is collected, then alarms and scaling look at it.
 */
export interface Metrics {
  put(data: readonly Datum[]): void;
  /** Oldest first; a period in which nothing was reported has no datapoint. */
  series(query: SeriesQuery): readonly Datapoint[];
  /** What was reported in the last three hours, sorted by name. */
  list(): readonly MetricId[];
  /**
   * Calls `report` at the end of each minute for what happened in it. What it answers is put into that minute.
   * @returns ends it
   */
  collect(report: () => readonly Datum[]): () => void;
  /**
   * Calls `look` at the end of each minute when all of it has been collected.
   * @param look gets the end of that minute, in milliseconds since 1970
   * @returns ends it
   */
  evaluate(look: (minuteEnd: number) => void): () => void;
}

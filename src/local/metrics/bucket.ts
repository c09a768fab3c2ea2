import type { Datum, Statistic, StatisticSet } from '../contract/metrics.js';

/** What one minute of a metric holds. */
export interface Bucket extends StatisticSet {
  /** How often each value was seen, to three digits: what percentiles are made from. */
  readonly seen: ReadonlyMap<number, number>;
}

/** Enough for a percentile to be right within 0.5 %, and few enough to keep for a day. */
const digits = 3;

/** A bucket of values, or of a statistic set, whose values are not known. Undefined for no value at all. */
export function bucketOf(values: Datum['values']): Bucket | undefined {
  if (!Array.isArray(values)) {
    const set = values as StatisticSet;
    return set.sampleCount > 0 ? { ...set, seen: new Map() } : undefined;
  }
  const pairs = (values as readonly (number | readonly [number, number])[])
    .map((entry) => (typeof entry === 'number' ? ([entry, 1] as const) : entry))
    .filter(([, count]) => count > 0);
  return pairs
    .map(([value, count]): Bucket => ({
      sampleCount: count,
      sum: value * count,
      minimum: value,
      maximum: value,
      seen: new Map([[Number(value.toPrecision(digits)), count]]),
    }))
    .reduce<Bucket | undefined>((all, one) => (all === undefined ? one : merged(all, one)), undefined);
}

export function merged(a: Bucket, b: Bucket): Bucket {
  const seen = new Map(a.seen);
  for (const [value, count] of b.seen) seen.set(value, (seen.get(value) ?? 0) + count);
  return {
    sampleCount: a.sampleCount + b.sampleCount,
    sum: a.sum + b.sum,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
    seen,
  };
}

/** @returns undefined for a percentile of values that are not known */
export function statisticOf(bucket: Bucket, statistic: Statistic): number | undefined {
  switch (statistic) {
    case 'Average':
      return bucket.sum / bucket.sampleCount;
    case 'Maximum':
      return bucket.maximum;
    case 'Minimum':
      return bucket.minimum;
    case 'SampleCount':
      return bucket.sampleCount;
    case 'Sum':
      return bucket.sum;
    default:
      return percentile(bucket, Number(statistic.slice(1)));
  }
}

/** The smallest value that so many percent of all values do not exceed. */
function percentile({ seen }: Bucket, percent: number): number | undefined {
  const sorted = [...seen].sort(([a], [b]) => a - b);
  const wanted = (sorted.reduce((sum, [, count]) => sum + count, 0) * percent) / 100;
  let reached = 0;
  for (const [value, count] of sorted) {
    reached += count;
    if (reached >= wanted) return value;
  }
  return undefined;
}

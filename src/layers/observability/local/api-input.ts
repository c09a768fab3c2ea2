import { z } from 'zod';
import { awsTime } from '../../../local/contract/aws-api.js';
import type { Datum, Statistic } from '../../../local/contract/metrics.js';
import type { MetricQuery } from './math/evaluate.js';

export const statistics = ['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum'] as const;

export const dimensionsSchema = z
  .array(z.object({ Name: z.string(), Value: z.string() }))
  .default([])
  .transform((list): Readonly<Record<string, string>> =>
    Object.fromEntries(list.map(({ Name, Value }) => [Name, Value])),
  );

export const metricSchema = z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensionsSchema });

const number = z.coerce.number();

const datumSchema = z
  .object({
    MetricName: z.string(),
    Dimensions: dimensionsSchema,
    Unit: z.string().default('None'),
    Timestamp: awsTime.optional(),
    Value: number.optional(),
    Values: z.array(number).optional(),
    Counts: z.array(number).optional(),
    StatisticValues: z.object({ SampleCount: number, Sum: number, Minimum: number, Maximum: number }).optional(),
  })
  .transform(({ Value, Values, Counts, StatisticValues, ...datum }) => ({
    ...datum,
    values: valuesOf(Value, Values, Counts, StatisticValues),
  }));

function valuesOf(
  value: number | undefined,
  values: readonly number[] | undefined,
  counts: readonly number[] | undefined,
  set: { SampleCount: number; Sum: number; Minimum: number; Maximum: number } | undefined,
): Datum['values'] {
  if (set !== undefined)
    return { sampleCount: set.SampleCount, sum: set.Sum, minimum: set.Minimum, maximum: set.Maximum };
  if (values !== undefined) return values.map((one, index) => [one, counts?.[index] ?? 1] as const);
  return value === undefined ? [] : [value];
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html (not re-read) */
export const metricDataSchema = z.object({ Namespace: z.string(), MetricData: z.array(datumSchema) });

const statisticSchema = z.custom<Statistic>(
  (value) => typeof value === 'string' && (statistics.some((known) => known === value) || /^p\d+(\.\d+)?$/.test(value)),
  { error: 'a statistic that the local plane knows' },
);

/** One query of `GetMetricData`. */
export const querySchema = z
  .object({
    Id: z.string(),
    Expression: z.string().optional(),
    Label: z.string().optional(),
    ReturnData: z.boolean().default(true),
    MetricStat: z.object({ Metric: metricSchema, Period: number, Stat: statisticSchema }).optional(),
  })
  .transform(({ Id, Expression, Label, ReturnData, MetricStat }) => {
    const query: MetricQuery =
      MetricStat === undefined
        ? { id: Id, expression: Expression ?? '' }
        : {
            id: Id,
            metric: {
              namespace: MetricStat.Metric.Namespace,
              name: MetricStat.Metric.MetricName,
              dimensions: MetricStat.Metric.Dimensions,
            },
            statistic: MetricStat.Stat,
            periodSeconds: MetricStat.Period,
          };
    return { query, label: Label, returned: ReturnData };
  });

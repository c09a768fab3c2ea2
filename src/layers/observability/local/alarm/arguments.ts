import { z } from 'zod';
import type { Statistic } from '../../../../local/contract/metrics.js';
import type { MetricQuery } from '../math/evaluate.js';
import type { MissingData } from './judge.js';

const oneOrNone = <T extends z.ZodType>(schema: T) => z.array(schema).max(1).default([]);
const dimensionsSchema = z.record(z.string(), z.string()).default({});
const statisticSchema = z.custom<Statistic>(
  (value) => typeof value === 'string' && /^(Average|Maximum|Minimum|SampleCount|Sum|p\d+(\.\d+)?)$/.test(value),
  { error: 'a statistic that the local plane knows: Average, Maximum, Minimum, SampleCount, Sum or a percentile' },
);

const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};

/** What is read of `aws_cloudwatch_metric_alarm`. Defaults are the provider's. */
export const alarmSchema = z.object({
  alarm_name: z.string(),
  comparison_operator: z.enum(Object.keys(comparisons) as [string, ...string[]]),
  threshold: z.coerce.number(),
  evaluation_periods: z.coerce.number(),
  datapoints_to_alarm: z.coerce.number().optional(),
  treat_missing_data: z.enum(['breaching', 'ignore', 'missing', 'notBreaching']).default('missing'),
  actions_enabled: z.boolean().default(true),
  alarm_actions: z.array(z.string()).default([]),
  ok_actions: z.array(z.string()).default([]),
  insufficient_data_actions: z.array(z.string()).default([]),
  namespace: z.string().optional(),
  metric_name: z.string().optional(),
  dimensions: dimensionsSchema,
  period: z.coerce.number().optional(),
  statistic: statisticSchema.optional(),
  extended_statistic: statisticSchema.optional(),
  metric_query: z
    .array(
      z.object({
        id: z.string(),
        expression: z.string().optional(),
        return_data: z.boolean().default(false),
        metric: oneOrNone(
          z.object({
            namespace: z.string(),
            metric_name: z.string(),
            dimensions: dimensionsSchema,
            period: z.coerce.number(),
            stat: statisticSchema,
          }),
        ),
      }),
    )
    .default([]),
});

export type AlarmArguments = z.infer<typeof alarmSchema>;

/** An alarm's arguments, ready to evaluate. */
export interface AlarmPlan {
  readonly name: string;
  readonly queries: readonly MetricQuery[];
  /** The query that is compared. */
  readonly watched: string;
  readonly periodSeconds: number;
  readonly threshold: number;
  readonly isBreaching: (value: number) => boolean;
  /** Such as `GreaterThanThreshold`. */
  readonly comparison: string;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly missingData: MissingData;
}

export function planOf(args: AlarmArguments): AlarmPlan {
  const queries = args.metric_query.length > 0 ? args.metric_query.map(queryOf) : [metricOf(args)];
  const compare = comparisons[args.comparison_operator] ?? (() => false);
  return {
    name: args.alarm_name,
    queries,
    watched: args.metric_query.find(({ return_data }) => return_data)?.id ?? queries[0]?.id ?? '',
    periodSeconds: Math.max(60, ...queries.map((query) => ('metric' in query ? query.periodSeconds : 0))),
    threshold: args.threshold,
    isBreaching: (value) => compare(value, args.threshold),
    comparison: args.comparison_operator,
    evaluationPeriods: args.evaluation_periods,
    datapointsToAlarm: args.datapoints_to_alarm ?? args.evaluation_periods,
    missingData: args.treat_missing_data,
  };
}

function queryOf({ id, expression, metric: [metric] }: AlarmArguments['metric_query'][number]): MetricQuery {
  if (metric === undefined) return { id, expression: expression ?? '' };
  const { namespace, metric_name, dimensions, period, stat } = metric;
  return { id, metric: { namespace, name: metric_name, dimensions }, statistic: stat, periodSeconds: period };
}

function metricOf(args: AlarmArguments): MetricQuery {
  return {
    id: 'watched',
    metric: { namespace: args.namespace ?? '', name: args.metric_name ?? '', dimensions: args.dimensions },
    statistic: args.statistic ?? args.extended_statistic ?? 'Average',
    periodSeconds: args.period ?? 300,
  };
}

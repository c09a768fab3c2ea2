import type { Refs } from '../../../stack/refs.js';
import { attr, resource, type Resource } from '../../../stack/stack.js';
import type { Metric } from '../metrics.js';

/** A metric and what is made of its values in a window: `Sum`, `Average`, `p95`, … */
export interface Series {
  readonly metric: Metric;
  readonly statistic: 'Average' | 'Maximum' | 'Minimum' | 'Sum' | 'p95';
}

/** One alarm, before it is written as Terraform. */
export interface Alarm {
  /** Its name after `{project}-{env}-`, and with `_` its address: `database-storage-low`. */
  readonly what: string;
  /** Elsewhere than in production an alarm must be worth its price. */
  readonly where: 'everywhere' | 'production';
  /** What it means and what to do, for who writes the services. At most 1024 characters. */
  readonly description: string;
  /** One series, or an expression over some by their id. */
  readonly watch: Series | { readonly expression: string; readonly series: Readonly<Record<string, Series>> };
  readonly limit: { readonly atLeast: number } | { readonly below: number };
  /** How long a window is, and how many in a row must be past the limit. */
  readonly seconds: 60 | 300;
  readonly windows: number;
  /**
   * What a window without values means. `notBreaching`: nothing happened, for counts that are reported only when something did, and for what may sleep.
   * `missing`: not known, for what always reports. `ignore`: as before.
   */
  readonly missing: 'notBreaching' | 'missing' | 'ignore';
}

/** Writes an alarm: the topic hears when it starts and when it ends. */
export function alarmResource(refs: Refs, alarm: Alarm): Resource<'aws_cloudwatch_metric_alarm'> {
  const topic = [attr(refs.alarmTopic, 'arn')];
  const name = refs.name(255, alarm.what);
  const [comparison_operator, threshold] =
    'atLeast' in alarm.limit
      ? ['GreaterThanOrEqualToThreshold', alarm.limit.atLeast]
      : ['LessThanThreshold', alarm.limit.below];
  return resource(`aws_cloudwatch_metric_alarm.${refs.id(alarm.what)}`, {
    alarm_name: name,
    alarm_description: alarm.description,
    comparison_operator,
    threshold,
    evaluation_periods: alarm.windows,
    datapoints_to_alarm: alarm.windows,
    treat_missing_data: alarm.missing,
    alarm_actions: topic,
    ok_actions: topic,
    ...watched(alarm),
    tags: { Name: name },
  });
}

function watched({ watch, seconds }: Alarm) {
  if ('metric' in watch) {
    const { metric, statistic } = watch;
    return {
      namespace: metric.namespace,
      metric_name: metric.name,
      dimensions: metric.dimensions,
      period: seconds,
      // Of a handful of requests a percentile says nothing.
      ...(statistic === 'p95'
        ? { extended_statistic: statistic, evaluate_low_sample_count_percentiles: 'ignore' }
        : { statistic }),
    };
  }
  const series = Object.entries(watch.series).map(([id, { metric, statistic }]) => ({
    id,
    return_data: false,
    metric: [
      {
        namespace: metric.namespace,
        metric_name: metric.name,
        dimensions: metric.dimensions,
        period: seconds,
        stat: statistic,
      },
    ] as const,
  }));
  return { metric_query: [{ id: 'watched', expression: watch.expression, return_data: true }, ...series] };
}

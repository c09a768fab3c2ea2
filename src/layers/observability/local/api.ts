import { z } from 'zod';
import { AwsError, awsInput, awsTime, type AwsApi, type AwsCall } from '../../../local/contract/aws-api.js';
import type { Alarm } from '../../../local/contract/alarms.js';
import type { Datum, Metrics } from '../../../local/contract/metrics.js';
import { LandfallError } from '../../../base/errors.js';
import { liveAlarm } from './alarm/index.js';
import { dimensionsSchema, metricDataSchema, metricSchema, querySchema, statistics } from './api-input.js';
import { evaluateQueries } from './math/evaluate.js';
import { isMany, isSeries, type MathValue } from './math/value.js';

/** CloudWatch's metrics and alarms: the operations of its API that the plane answers. */
export const cloudWatch: AwsApi = {
  service: 'monitoring',
  operations: {
    PutMetricData: (input, { ctx }) => {
      const { Namespace, MetricData } = awsInput(metricDataSchema, input, 'InvalidParameterValue');
      const data = MetricData.map(({ MetricName, Dimensions, Unit, Timestamp, values }): Datum => ({
        namespace: Namespace,
        name: MetricName,
        dimensions: Dimensions,
        unit: Unit,
        values,
        ...(Timestamp && { time: Timestamp.getTime() }),
      }));
      ctx.metrics.put(data);
      return Promise.resolve({});
    },
    GetMetricData: (input, { ctx }) => Promise.resolve(metricData(input, ctx.metrics)),
    GetMetricStatistics: (input, { ctx }) => Promise.resolve(metricStatistics(input, ctx.metrics)),
    ListMetrics: (input, { ctx }) => {
      const { Namespace, MetricName } = awsInput(
        z.object({ Namespace: z.string().optional(), MetricName: z.string().optional() }),
        input,
      );
      const found = ctx.metrics
        .list()
        .filter(({ namespace, name }) => (Namespace ?? namespace) === namespace && (MetricName ?? name) === name);
      const Metrics = found.map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      }));
      return Promise.resolve({ Metrics });
    },
    DescribeAlarms: (input, { ctx }) => {
      const { AlarmNames, StateValue } = awsInput(
        z.object({ AlarmNames: z.array(z.string()).optional(), StateValue: stateSchema.optional() }),
        input,
      );
      const MetricAlarms = alarmsOf(ctx)
        .filter(({ name, state }) => (AlarmNames?.includes(name) ?? true) && (StateValue ?? state) === state)
        .map(({ name, arn, state, reason, since }) => ({
          AlarmName: name,
          AlarmArn: arn,
          StateValue: state,
          StateReason: reason,
          StateUpdatedTimestamp: new Date(since),
          ActionsEnabled: true,
        }));
      return Promise.resolve({ MetricAlarms, CompositeAlarms: [] });
    },
    SetAlarmState: (input, { ctx }) => {
      const { AlarmName, StateValue, StateReason } = awsInput(
        z.object({ AlarmName: z.string(), StateValue: stateSchema, StateReason: z.string() }),
        input,
      );
      const alarm = alarmsOf(ctx).find(({ name }) => name === AlarmName);
      if (alarm === undefined) throw new AwsError('ResourceNotFound', `There is no alarm ${AlarmName}.`, 404);
      alarm.setState(StateValue, StateReason);
      return Promise.resolve({});
    },
  },
};

const stateSchema = z.enum(['ALARM', 'INSUFFICIENT_DATA', 'OK']);

const alarmsOf = (ctx: AwsCall['ctx']): readonly Alarm[] =>
  ctx.providers('alarm').flatMap((address) => liveAlarm(ctx, address) ?? []);

const dataSchema = z.object({ MetricDataQueries: z.array(querySchema), StartTime: awsTime, EndTime: awsTime });

/** Newest first, as AWS gives them. */
function metricData(input: unknown, metrics: Metrics): object {
  const { MetricDataQueries, StartTime, EndTime } = awsInput(dataSchema, input);
  const queries = MetricDataQueries.map(({ query }) => query);
  const periodMs = Math.max(60, ...queries.map((query) => ('metric' in query ? query.periodSeconds : 0))) * 1000;
  const from = Math.floor(StartTime.getTime() / periodMs) * periodMs;
  const values = evaluated(() => evaluateQueries(queries, { from, until: EndTime.getTime() }, metrics));
  const MetricDataResults = MetricDataQueries.filter(({ returned }) => returned).flatMap(({ query, label }) =>
    seriesOf(values.get(query.id)).map((series) => {
      const points = [...series].sort(([a], [b]) => b - a);
      return {
        Id: query.id,
        Label: label ?? query.id,
        Timestamps: points.map(([time]) => new Date(time)),
        Values: points.map(([, value]) => value),
        StatusCode: 'Complete',
      };
    }),
  );
  return { MetricDataResults, Messages: [] };
}

function seriesOf(value: MathValue | undefined): readonly ReadonlyMap<number, number>[] {
  if (value === undefined || typeof value === 'number') return [new Map()];
  return isMany(value) ? value : isSeries(value) ? [value] : [];
}

function evaluated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof LandfallError) throw new AwsError('ValidationError', error.message);
    throw error;
  }
}

const statisticsSchema = metricSchema.extend({
  StartTime: awsTime,
  EndTime: awsTime,
  Period: z.coerce.number(),
  Dimensions: dimensionsSchema,
  Statistics: z.array(z.enum(statistics)).default([]),
});

function metricStatistics(input: unknown, metrics: Metrics): object {
  const { Namespace, MetricName, Dimensions, StartTime, EndTime, Period, Statistics } = awsInput(
    statisticsSchema,
    input,
  );
  const id = { namespace: Namespace, name: MetricName, dimensions: Dimensions };
  const from = Math.floor(StartTime.getTime() / (Period * 1000)) * Period * 1000;
  const points = new Map<number, Record<string, unknown>>();
  for (const statistic of Statistics)
    for (const { time, value } of metrics.series({
      ...id,
      statistic,
      periodSeconds: Period,
      from,
      until: EndTime.getTime(),
    }))
      points.set(time, { ...(points.get(time) ?? { Timestamp: new Date(time) }), [statistic]: value });
  return { Label: MetricName, Datapoints: [...points.values()] };
}

import { expect, it } from 'vitest';
import type { AwsCall } from '../../../local/contract/aws-api.js';
import { createFakePlane } from '../../../local/testing/fake-context.js';
import { observability } from '../index.js';
import { cloudWatch } from './api.js';

const start = Date.UTC(2026, 0, 1);

function api() {
  const plane = createFakePlane();
  const call: AwsCall = {
    ctx: plane.context('aws_cloudwatch'),
    requestId: '1',
    accessKeyId: 'LOCAL',
    signal: new AbortController().signal,
  };
  const ask = async (operation: string, input: Readonly<Record<string, unknown>>) =>
    cloudWatch.operations[operation]?.(input, call);
  return { plane, ask };
}

const datum = (value: object) => ({
  Namespace: 'Landfall',
  MetricData: [{ MetricName: 'WakeUps', Dimensions: [{ Name: 'Stack', Value: 'shop-dev' }], Unit: 'Count', ...value }],
});
const metric = {
  Namespace: 'Landfall',
  MetricName: 'WakeUps',
  Dimensions: [{ Name: 'Stack', Value: 'shop-dev' }],
};

it('keeps what is put, and gives it as data, also with metric math', async () => {
  const { ask, plane } = api();
  await ask('PutMetricData', datum({ Value: 1 }));
  await ask('PutMetricData', datum({ Values: [2, 3], Counts: [1, 2] }));
  await plane.clock.advance(60_000);
  await ask('PutMetricData', datum({ StatisticValues: { SampleCount: 2, Sum: 8, Minimum: 1, Maximum: 7 } }));
  const range = { StartTime: start / 1000, EndTime: start / 1000 + 180 };
  const queries = [
    { Id: 'm', MetricStat: { Metric: metric, Period: 60, Stat: 'Sum' }, ReturnData: false },
    { Id: 'twice', Expression: 'FILL(m * 2, 0)' },
  ];
  expect(await ask('GetMetricData', { MetricDataQueries: queries, ...range })).toMatchObject({
    MetricDataResults: [
      { Id: 'twice', Values: [0, 16, 18], Timestamps: [120, 60, 0].map((s) => new Date(start + s * 1000)) },
    ],
  });
  expect(
    await ask('GetMetricStatistics', { ...metric, ...range, Period: 180, Statistics: ['Maximum', 'SampleCount'] }),
  ).toEqual({
    Label: 'WakeUps',
    Datapoints: [{ Timestamp: new Date(start), Maximum: 7, SampleCount: 6 }],
  });
  expect(await ask('ListMetrics', { Namespace: 'Landfall' })).toEqual({ Metrics: [metric] });
});

it('refuses metric math that it does not know', async () => {
  const { ask } = api();
  const input = { MetricDataQueries: [{ Id: 'e', Expression: 'RATE(m)' }], StartTime: 0, EndTime: 60 };
  await expect(ask('GetMetricData', input)).rejects.toMatchObject({ code: 'ValidationError' });
});

it('describes alarms and sets their state', async () => {
  const { ask, plane } = api();
  await plane.apply(observability.local.aws_cloudwatch_metric_alarm, 'aws_cloudwatch_metric_alarm.a', {
    alarm_name: 'a',
    namespace: 'Landfall',
    metric_name: 'WakeUps',
    statistic: 'Sum',
    period: 60,
    comparison_operator: 'GreaterThanThreshold',
    threshold: 1,
    evaluation_periods: 1,
  });
  await ask('SetAlarmState', { AlarmName: 'a', StateValue: 'ALARM', StateReason: 'Try it.' });
  expect(await ask('DescribeAlarms', { StateValue: 'ALARM' })).toMatchObject({
    MetricAlarms: [{ AlarmName: 'a', StateValue: 'ALARM', StateReason: 'Try it.' }],
  });
  expect(await ask('DescribeAlarms', { AlarmNames: ['b'] })).toMatchObject({ MetricAlarms: [] });
  await expect(ask('SetAlarmState', { AlarmName: 'b', StateValue: 'OK', StateReason: '' })).rejects.toMatchObject({
    code: 'ResourceNotFound',
  });
});

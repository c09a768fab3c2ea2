import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { AlarmNotice } from '../../../../local/contract/alarms.js';
import { createFakePlane } from '../../../../local/testing/fake-context.js';
import { observability } from '../../index.js';
import { topic } from '../topic.js';

const minute = 60_000;
const rule = observability.local.aws_cloudwatch_metric_alarm;
const address = 'aws_cloudwatch_metric_alarm.errors';
const id = { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'wake-up' } };
const args = {
  alarm_name: 'errors',
  namespace: id.namespace,
  metric_name: id.name,
  dimensions: id.dimensions,
  statistic: 'Sum',
  period: 60,
  comparison_operator: 'GreaterThanOrEqualToThreshold',
  threshold: 2,
  evaluation_periods: 2,
  datapoints_to_alarm: 2,
  treat_missing_data: 'notBreaching',
};

async function planeWith(more: object = {}, folder?: string) {
  const plane = createFakePlane(folder === undefined ? {} : { folder });
  const heard: AlarmNotice[] = [];
  const listen = (name: string, repeats: boolean) => {
    plane.registry.attributes.set(name, { arn: name });
    plane.registry.provide(name, 'alarmAction', { repeats, notify: (notice) => heard.push(notice) });
    return name;
  };
  await plane.apply(rule, address, { ...args, ...more });
  return {
    ...plane,
    heard,
    listen,
    alarm: () => plane.registry.connect(address, 'alarm'),
    report: (value: number) => plane.metrics.put([{ ...id, values: [value] }]),
  };
}

it('begins without data, and goes to ALARM and back by its datapoints', async () => {
  const { alarm, report, clock } = await planeWith();
  expect(alarm().state).toBe('INSUFFICIENT_DATA');
  await clock.advance(minute);
  expect(alarm().state).toBe('OK');
  report(3);
  await clock.advance(minute);
  expect(alarm().state).toBe('OK');
  report(2);
  await clock.advance(minute);
  expect(alarm()).toMatchObject({
    state: 'ALARM',
    reason: '2 of the last 2 datapoints were past the threshold (GreaterThanOrEqualToThreshold 2), the newest 2.',
  });
  await clock.advance(3 * minute);
  expect(alarm().state).toBe('OK');
});

it('tells its actions of changes, and those that scale each minute while it lasts', async () => {
  const { listen, heard, report, clock } = await planeWith({
    evaluation_periods: 1,
    datapoints_to_alarm: 1,
    alarm_actions: ['topic', 'policy', 'nobody'],
    ok_actions: ['topic'],
  });
  listen('topic', false);
  listen('policy', true);
  for (let count = 0; count < 3; count += 1) {
    report(5);
    await clock.advance(minute);
  }
  expect(heard.map(({ state, value }) => [state, value])).toEqual([
    ['ALARM', 5],
    ['ALARM', 5],
    ['ALARM', 5],
    ['ALARM', 5],
  ]);
  await clock.advance(4 * minute);
  expect(heard.at(-1)).toMatchObject({ alarm: 'errors', state: 'OK', threshold: 2 });
});

it('evaluates metric math', async () => {
  const { alarm, report, clock } = await planeWith({
    namespace: undefined,
    metric_name: undefined,
    statistic: undefined,
    evaluation_periods: 1,
    datapoints_to_alarm: 1,
    metric_query: [
      { id: 'share', expression: '10 * errors', return_data: true },
      {
        id: 'errors',
        metric: [{ namespace: id.namespace, metric_name: id.name, dimensions: id.dimensions, period: 60, stat: 'Sum' }],
      },
    ],
    threshold: 10,
  });
  report(1);
  await clock.advance(minute);
  expect(alarm().state).toBe('ALARM');
});

it('waits for the end of a longer period', async () => {
  const { alarm, report, clock } = await planeWith({ period: 300, evaluation_periods: 1, datapoints_to_alarm: 1 });
  report(5);
  await clock.advance(4 * minute);
  expect(alarm().state).toBe('INSUFFICIENT_DATA');
  await clock.advance(minute);
  expect(alarm().state).toBe('ALARM');
});

it('can be set by hand until it is evaluated again', async () => {
  const { alarm, listen, heard, clock } = await planeWith({ alarm_actions: ['topic'] });
  listen('topic', false);
  alarm().setState('ALARM', 'Try it.');
  expect(heard).toMatchObject([{ state: 'ALARM', reason: 'Try it.' }]);
  await clock.advance(minute);
  expect(alarm().state).toBe('OK');
});

it('is not evaluated any more once it is gone', async () => {
  const { clock, destroy, metrics } = await planeWith();
  await destroy(rule, address);
  metrics.put([{ ...id, values: [9] }]);
  await clock.advance(10 * minute);
  expect(clock.waiting).toBe(0);
});

it('writes what a topic hears to alarms.log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-alarms-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { apply, clock, report } = await planeWith(
    { evaluation_periods: 1, datapoints_to_alarm: 1, alarm_actions: ['arn:aws:sns:eu-central-1:000000000000:alarms'] },
    folder,
  );
  await apply(topic, 'aws_sns_topic.alarms', { name: 'alarms' });
  report(2);
  await clock.advance(minute);
  const file = join(folder, 'logs', 'alarms.log');
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain('\n');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    time: '2026-01-01T00:01:00.000Z',
    topic: 'alarms',
    alarm: 'errors',
    state: 'ALARM',
  });
});

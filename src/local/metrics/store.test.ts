import { expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.js';
import type { Statistic } from '../contract/metrics.js';
import { minuteMs, MetricStore } from './store.js';

const id = { namespace: 'AWS/ApplicationELB', name: 'RequestCount', dimensions: { LoadBalancer: 'app/shop/1' } };

function store() {
  const clock = createFakeClock();
  const errors: unknown[] = [];
  const metrics = new MetricStore(clock, (error) => errors.push(error));
  const start = clock.now();
  const read = (statistic: Statistic, periodSeconds = 60) =>
    metrics
      .series({ ...id, statistic, periodSeconds, from: start - 3600_000, until: clock.now() + minuteMs })
      .map(({ time, value }) => [(time - start) / 1000, value]);
  return { clock, metrics, errors, read };
}

it('aggregates by the minute, and minutes to longer periods', async () => {
  const { clock, metrics, read } = store();
  metrics.put([{ ...id, values: [1, 2] }]);
  await clock.advance(59_000);
  metrics.put([{ ...id, values: [9] }]);
  await clock.advance(minuteMs);
  metrics.put([{ ...id, values: [[4, 3]] }]);
  expect(read('Sum')).toEqual([
    [0, 12],
    [60, 12],
  ]);
  expect(read('Average', 300)).toEqual([[0, 4]]);
  expect(read('SampleCount', 300)).toEqual([[0, 6]]);
  expect(read('Minimum')).toEqual([
    [0, 1],
    [60, 4],
  ]);
  expect(read('Maximum', 300)).toEqual([[0, 9]]);
});

it('has no datapoint where nothing was reported, and none for another dimension', () => {
  const { metrics, read } = store();
  metrics.put([
    { ...id, dimensions: { LoadBalancer: 'app/shop/2' }, values: [1] },
    { ...id, values: [] },
  ]);
  expect(read('Sum')).toEqual([]);
});

it('knows percentiles of values, and none of a statistic set', () => {
  const { metrics, read } = store();
  metrics.put([{ ...id, values: Array.from({ length: 100 }, (_, index) => index + 1) }]);
  expect(read('p95')).toEqual([[0, 95]]);
  const other = store();
  other.metrics.put([{ ...id, values: { sampleCount: 2, sum: 3, minimum: 1, maximum: 2 } }]);
  expect(other.read('p95')).toEqual([]);
  expect(other.read('Average')).toEqual([[0, 1.5]]);
});

it('puts what it collects into the minute that ended, and lets others look afterwards', async () => {
  const { clock, metrics, read } = store();
  const looked: (readonly number[])[][] = [];
  metrics.evaluate(() => looked.push(read('Sum').map((point) => [...point])));
  let count = 0;
  const end = metrics.collect(() => [{ ...id, values: [(count += 1)] }]);
  await clock.advance(2 * minuteMs);
  expect(looked).toEqual([
    [[0, 1]],
    [
      [0, 1],
      [60, 2],
    ],
  ]);
  end();
  await clock.advance(minuteMs);
  expect(count).toBe(2);
});

it('goes on when a collector throws', async () => {
  const { clock, metrics, errors, read } = store();
  metrics.collect(() => {
    throw new Error('no');
  });
  metrics.collect(() => [{ ...id, values: [1] }]);
  await clock.advance(minuteMs);
  expect(errors).toHaveLength(1);
  expect(read('Sum')).toEqual([[0, 1]]);
});

it('forgets what is older than a day, and the metric reported longest ago when there are too many', async () => {
  const { clock, metrics, read } = store();
  metrics.put([{ ...id, values: [1] }]);
  await clock.advance(25 * 60 * minuteMs);
  metrics.put([{ ...id, values: [2] }]);
  expect(read('Sum').map(([, value]) => value)).toEqual([2]);
  for (let index = 0; index < 2000; index += 1) metrics.put([{ ...id, name: `m${String(index)}`, values: [1] }]);
  expect(read('Sum')).toEqual([]);
});

it('lists what was reported lately', async () => {
  const { clock, metrics } = store();
  metrics.put([{ ...id, name: 'Old', values: [1] }]);
  await clock.advance(4 * 60 * minuteMs);
  metrics.put([{ ...id, values: [1] }]);
  expect(metrics.list()).toEqual([id]);
});

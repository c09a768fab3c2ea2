import { expect, it } from 'vitest';
import { fakeTasks, idsOf, runningService } from '../testing/fake-tasks.js';
import { Autoscaler } from './autoscaler.js';
import { createFakePlane } from '../../../../local/testing/fake-context.js';
import { CpuMeter } from './metrics.js';
import { cpuMetric, cpuSeries, requestSeries } from './series.js';

const minute = 60_000;
const policy = { scaleOutCooldownSeconds: 60, scaleInCooldownSeconds: 300, disableScaleIn: false };

const cpu = cpuMetric('shop-dev', 'shop-dev-offers');
const dimensions = { LoadBalancer: 'app/alb/1', TargetGroup: 'targetgroup/offers/1' };
const balanced = (name: string) => ({ namespace: 'AWS/ApplicationELB', name, dimensions });

/** Its minutes are told by `now`; a value that is undefined is not reported. */
async function scaled() {
  const fake = fakeTasks();
  const { metrics, clock: planeClock } = createFakePlane();
  const service = await runningService(fake, 1);
  const now: { cpu: number | undefined; requests: number | undefined } = { cpu: 10, requests: 0 };
  metrics.collect(() => [
    ...(now.cpu === undefined ? [] : [{ ...cpu, values: [now.cpu] }]),
    ...(now.requests ? [{ ...balanced('RequestCountPerTarget'), values: [now.requests] }] : []),
    { ...balanced('HealthyHostCount'), values: [service.tasks().length] },
  ]);
  const lines: string[] = [];
  const autoscaler = new Autoscaler(
    {
      scalable: service,
      everyMinute: (look) => metrics.evaluate(look),
      clock: planeClock,
      say: (line) => lines.push(line),
    },
    { minimum: 1, maximum: 4 },
  );
  const put = {
    cpu: () =>
      autoscaler.put('cpu', { ...policy, metric: 'cpu', targetValue: 70 }, (end) => cpuSeries(metrics, cpu, end)),
    requests: () =>
      autoscaler.put('requests', { ...policy, metric: 'requests', targetValue: 1000 }, (end) =>
        requestSeries(metrics, 'app/alb/1/targetgroup/offers/1', end),
      ),
  };
  put.cpu();
  put.requests();
  const clock = {
    advance: async (milliseconds: number) => {
      await planeClock.advance(milliseconds);
      await fake.clock.advance(milliseconds);
    },
  };
  return { ...fake, clock, service, now, lines, autoscaler, put };
}

it('goes from one task to several under load, and back', async () => {
  const { clock, now, service, lines } = await scaled();
  now.requests = 2900;
  await clock.advance(2 * minute);
  expect(idsOf(service)).toHaveLength(1);
  await clock.advance(minute);
  expect(idsOf(service)).toHaveLength(3);
  now.requests = 950;
  await clock.advance(30 * minute);
  expect(idsOf(service)).toHaveLength(3);
  now.requests = 0;
  await clock.advance(14 * minute);
  expect(idsOf(service)).toHaveLength(3);
  await clock.advance(2 * minute);
  expect(idsOf(service)).toHaveLength(1);
  expect(lines).toEqual([
    'scales from 1 to 3 tasks: requests a minute and task 2900, target 1000',
    'scales from 3 to 1 tasks: CPU 10 %, target 70 %',
  ]);
});

it('does nothing once it is closed, and by a policy that was removed', async () => {
  const { clock, now, service, autoscaler, put } = await scaled();
  now.cpu = 100;
  autoscaler.remove('cpu');
  await clock.advance(10 * minute);
  expect(idsOf(service)).toHaveLength(1);
  put.cpu();
  autoscaler.close();
  await clock.advance(10 * minute);
  expect(idsOf(service)).toHaveLength(1);
});

it('makes datapoints of what was used since the last minute', () => {
  const counters = { cpu: new Map([[7, 10]]) };
  const tasks = [
    { id: 'a', pid: 7, health: 'healthy' },
    { id: 'b', pid: 8, health: 'healthy' },
    { id: 'c', pid: undefined, health: 'initial' },
  ];
  const meter = new CpuMeter({ tasks: () => tasks, measured: { cpuUnits: 512 } }, () => counters.cpu);
  counters.cpu = new Map([
    [7, 25],
    [8, 3],
  ]);
  // 15 and 3 of the 30 CPU seconds that half a vCPU has in a minute: the second task is new.
  expect(meter.read(60)).toBe(30);
  counters.cpu = new Map([
    [7, 85],
    [8, 3],
  ]);
  expect(meter.read(60)).toBe(50);
});

it('has no datapoint without a task that can be measured', () => {
  const meter = new CpuMeter({ tasks: () => [], measured: { cpuUnits: 512 } }, () => new Map());
  expect(meter.read(60)).toBeUndefined();
});

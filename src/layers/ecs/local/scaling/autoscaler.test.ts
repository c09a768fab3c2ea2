import { expect, it } from 'vitest';
import { fakeTasks, idsOf, runningService } from '../testing/fake-tasks.js';
import { Autoscaler } from './autoscaler.js';
import { ServiceMetrics, type Datapoints } from './metrics.js';

const minute = 60_000;
const policy = { scaleOutCooldownSeconds: 60, scaleInCooldownSeconds: 300, disableScaleIn: false };

async function scaled() {
  const fake = fakeTasks();
  const service = await runningService(fake, 1);
  const now: { cpu: number | undefined; requests: number | undefined } = { cpu: 10, requests: 0 };
  const lines: string[] = [];
  const autoscaler = new Autoscaler(
    {
      scalable: service,
      metrics: { read: (): Datapoints => ({ ...now }) },
      clock: fake.clock,
      say: (line) => lines.push(line),
    },
    { minimum: 1, maximum: 4 },
  );
  autoscaler.put('cpu', { ...policy, metric: 'cpu', targetValue: 70 });
  autoscaler.put('requests', { ...policy, metric: 'requests', targetValue: 1000 });
  return { ...fake, service, now, lines, autoscaler };
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
  const { clock, now, service, autoscaler } = await scaled();
  now.cpu = 100;
  autoscaler.remove('cpu');
  await clock.advance(10 * minute);
  expect(idsOf(service)).toHaveLength(1);
  autoscaler.put('cpu', { ...policy, metric: 'cpu', targetValue: 70 });
  autoscaler.close();
  await clock.advance(10 * minute);
  expect(idsOf(service)).toHaveLength(1);
});

it('makes datapoints of what was used and asked since the last minute', () => {
  const group = { requestCount: () => counters.requests } as never;
  const counters = { requests: 100, cpu: new Map([[7, 10]]) };
  const tasks = [
    { id: 'a', pid: 7, health: 'healthy' },
    { id: 'b', pid: 8, health: 'healthy' },
    { id: 'c', pid: undefined, health: 'initial' },
  ];
  const metrics = new ServiceMetrics({ tasks: () => tasks, measured: { cpuUnits: 512, group } }, () => counters.cpu);
  expect(metrics.read(60)).toEqual({ cpu: undefined, requests: undefined });
  counters.requests = 400;
  counters.cpu = new Map([
    [7, 25],
    [8, 99],
  ]);
  // 15 of the 30 CPU seconds that half a vCPU has; the new task has no datapoint yet.
  expect(metrics.read(60)).toEqual({ cpu: 50, requests: 150 });
  counters.cpu = new Map([
    [7, 85],
    [8, 99],
  ]);
  expect(metrics.read(60)).toEqual({ cpu: 50, requests: 0 });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalTargetGroup } from '../../src/layers/alb/local/local-target-group.js';
import { LiveService } from '../../src/layers/ecs/local/live-service.js';
import { containerOf } from '../../src/layers/ecs/local/task-definition.js';
import { TaskSet } from '../../src/layers/ecs/local/task-set.js';
import { fakeTasks, idsOf, runningService, whileTimePasses } from '../../src/layers/ecs/local/testing/fake-tasks.js';
import { ecs as room } from '../../src/layers/ecs/index.js';
import { realClock } from '../../src/local/clock.js';
import { createUpstream } from '../../src/local/http/client.js';
import { createProcesses } from '../../src/local/process/processes.js';
import { createFakePlane } from '../../src/local/testing/fake-context.js';
import { ask } from '../../src/local/testing/fake-request.js';
import type { ConformanceCase } from './case.js';

const replacement =
  'https://aws.amazon.com/blogs/containers/a-deep-dive-into-amazon-ecs-task-health-and-task-replacement/ (not re-read)';
const resilience =
  'https://aws.amazon.com/about-aws/whats-new/2023/10/amazon-ecs-applications-resiliency-unpredictable-load-spikes/ (read 2026-11-25)';
const throttle =
  'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html (read 2026-11-25)';
const stopping = 'https://docs.aws.amazon.com/powershell/latest/reference/items/Stop-ECSTask.html (read 2026-11-25)';
const services = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html (not re-read)';
const containers =
  'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (not re-read)';

const ecs = (name: string, source: string, run: ConformanceCase['run']): ConformanceCase => ({
  layer: 'ecs',
  name,
  source,
  run,
});

const container = (name: string, more: object = {}) => ({ name, image: `${name}@sha256:1`, ...more });

/** Starts a program, sends the polite signal, and answers how it ended and after how many milliseconds. */
async function stopped(script: string, stopTimeoutSeconds: number) {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-conformance-'));
  const processes = createProcesses({ folder: join(folder, 'records'), logs: join(folder, 'logs') });
  try {
    const running = await processes.start({
      name: 'task',
      command: process.execPath,
      args: ['-e', script],
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '' },
      stopTimeoutSeconds,
    });
    while (running.lastLines().length === 0) await sleep(10);
    const started = performance.now();
    const { code, signal } = await running.stop();
    return { code, signal, milliseconds: performance.now() - started };
  } finally {
    await processes.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const waiting = `setInterval(() => undefined, 1000); console.log('ready');`;

/** A task that is a server in this process. */
async function serverTask(id: string) {
  const server = createServer((_request, response) => void setTimeout(() => response.end(id), 5));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const upstream = createUpstream({ origin: `http://127.0.0.1:${String(port)}` });
  let ended: (exit: { message: string }) => void = () => undefined;
  return {
    id,
    pid: undefined,
    port,
    handler: upstream,
    healthHandler: upstream,
    lastLines: () => [],
    exited: new Promise<{ message: string }>((resolve) => (ended = resolve)),
    stop: async () => {
      server.close();
      await upstream.close();
      server.closeAllConnections();
      ended({ message: 'stopped' });
    },
  };
}

export const schedulerCases: readonly ConformanceCase[] = [
  ecs('runs the desired count of tasks', services, async () => {
    const fake = fakeTasks();
    assert.equal(idsOf(await runningService(fake, 3)).length, 3);
  }),
  ecs('replaces a task that stopped', services, async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 2);
    fake.end('a1');
    await fake.clock.advance(2_000);
    assert.deepEqual(idsOf(service), ['a2', 'a3']);
  }),
  ecs('has a healthy replacement before it stops an unhealthy task', resilience, async () => {
    const fake = fakeTasks();
    await runningService(fake, 1);
    fake.next.fate = 'initial';
    fake.setHealth('a1', 'unhealthy');
    await fake.clock.advance(20_000);
    assert.deepEqual(fake.stopped, []);
    fake.setHealth('a2', 'healthy');
    await fake.clock.advance(5_000);
    assert.deepEqual(fake.stopped, ['a1']);
  }),
  ecs('stops an unhealthy task first where the maximum percent leaves no room', replacement, async () => {
    const fake = fakeTasks();
    await runningService(fake, 1, { maximumPercent: 100, minimumHealthyPercent: 0 });
    fake.seen.most = 0;
    fake.setHealth('a1', 'unhealthy');
    await fake.clock.advance(5_000);
    assert.deepEqual([fake.stopped, fake.seen.most], [['a1'], 1]);
  }),
  ecs('waits longer between restarts of tasks that fail again and again', throttle, async () => {
    const fake = fakeTasks();
    await runningService(fake, 1);
    fake.next.fate = 'crashes';
    fake.end('a1');
    await fake.clock.advance(20_000);
    const waits = fake.lines.map((line) => Number(line.split(' ').at(-2)));
    assert.deepEqual(waits.slice(0, 4), [0.5, 1, 2, 4]);
  }),
  ecs('never stops trying to restart a failing service', throttle, async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 1);
    fake.next.fate = 'crashes';
    fake.end('a1');
    await fake.clock.advance(3_600_000);
    fake.next.fate = 'healthy';
    await fake.clock.advance(60_000);
    assert.equal(idsOf(service).length, 1);
  }),
  ecs('is not throttled any more with a new task definition', throttle, async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 1);
    fake.next.fate = 'crashes';
    fake.end('a1');
    await fake.clock.advance(40_000);
    fake.next.fate = 'healthy';
    const before = fake.clock.monotonic();
    await whileTimePasses(fake, service.deploy(fake.set({ prefix: 'b' }), fake.rolling(1)));
    assert.ok(fake.clock.monotonic() - before < 2_000);
    assert.deepEqual(
      idsOf(service).map((id) => id[0]),
      ['b'],
    );
  }),
  ecs('answers every request while a deployment exchanges the tasks', services, async () => {
    const check = { checked: true, path: '/', matcher: '200', intervalMs: 1000, timeoutMs: 500 };
    const group = new LocalTargetGroup(
      { name: 'offers', deregistrationDelayMs: 5000, healthyThreshold: 2, unhealthyThreshold: 2, ...check },
      realClock,
    );
    let started = 0;
    const set = (version: string) =>
      new TaskSet({
        service: 'offers',
        address: 'aws_ecs_service.offers',
        clock: realClock,
        emit: () => undefined,
        start: () => serverTask(`${version}${String((started += 1))}`),
        group,
        names: undefined,
        maximumPercent: 200,
      });
    const rolling = { ...fakeTasks().rolling(2), clock: realClock };
    const service = new LiveService();
    await service.deploy(set('a'), rolling);
    const answers = new Map<string, number>();
    const state = { on: true };
    const client = async () => {
      while (state.on) {
        const taken = group.take();
        const { body } = await ask(taken?.target.handler);
        taken?.release();
        answers.set(body.slice(0, 1), (answers.get(body.slice(0, 1)) ?? 0) + 1);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    await sleep(100);
    await service.deploy(set('b'), rolling);
    await sleep(100);
    state.on = false;
    await Promise.all(clients);
    await service.stop();
    group.close();
    assert.deepEqual([...answers.keys()].toSorted(), ['a', 'b']);
  }),
  ecs('sends SIGTERM first, and leaves alone what ends in time', stopping, async () => {
    const script = `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 200)); ${waiting}`;
    const { code, signal } = await stopped(script, 10);
    assert.deepEqual([code, signal], [0, null]);
  }),
  ecs('sends SIGKILL when the stop timeout is over', stopping, async () => {
    const { signal, milliseconds } = await stopped(`process.on('SIGTERM', () => undefined); ${waiting}`, 1);
    assert.equal(signal, 'SIGKILL');
    assert.ok(milliseconds >= 950);
  }),
  ecs('gives a container 30 seconds to stop unless it says otherwise', stopping, () => {
    assert.equal(containerOf(JSON.stringify([container('offers')])).stopTimeout, 30);
    assert.equal(containerOf(JSON.stringify([container('offers', { stopTimeout: 90 })])).stopTimeout, 90);
  }),
  ecs('takes a container for essential that does not say', containers, () => {
    const definitions = [container('first', { essential: false }), container('main')];
    assert.equal(containerOf(JSON.stringify(definitions)).name, 'main');
  }),
  ecs('refuses a task definition without an essential container', containers, () => {
    assert.throws(() => containerOf(JSON.stringify([container('first', { essential: false })])));
  }),
  ecs(
    'makes a revision of a task definition for each change',
    'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definitions.html (not re-read)',
    async () => {
      const plane = createFakePlane();
      const apply = () =>
        plane.apply(room.local.aws_ecs_task_definition, 'aws_ecs_task_definition.offers', { family: 'offers' });
      const [first, second] = [await apply(), await apply()];
      assert.match(String(first['arn']), /task-definition\/offers:1$/);
      assert.match(String(second['arn']), /task-definition\/offers:2$/);
    },
  ),
];

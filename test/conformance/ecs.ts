import assert from 'node:assert/strict';
import { CircuitBreaker, failureThreshold } from '../../src/layers/ecs/local/circuit-breaker.js';
import { fewestTasks, mostTasks } from '../../src/layers/ecs/local/deployment-limits.js';
import { serviceSchema } from '../../src/layers/ecs/local/service-arguments.js';
import { fakeTasks, idsOf, runningService, whileTimePasses } from '../../src/layers/ecs/local/testing/fake-tasks.js';
import type { ConformanceCase } from './case.js';
import { schedulerCases } from './ecs-scheduler.js';
import { scalingCases } from './ecs-scaling.js';

const deployments =
  'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html (read 2026-11-25)';
const breaker = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html';

const ecs = (name: string, source: string, run: ConformanceCase['run']): ConformanceCase => ({
  layer: 'ecs',
  name,
  source,
  run,
});

/** Deploys a second version (`b…`) over a first (`a…`) of so many tasks. */
async function redeployed(count: number, minimumHealthyPercent: number, maximumPercent: number) {
  const fake = fakeTasks();
  const options = { minimumHealthyPercent, maximumPercent };
  const service = await runningService(fake, count, options);
  Object.assign(fake.seen, { most: 0, fewestHealthy: count });
  const done = whileTimePasses(fake, service.deploy(fake.set({ prefix: 'b' }), fake.rolling(count, options)));
  return { ...fake, service, done };
}

const deploymentCases: readonly ConformanceCase[] = [
  ecs('lets a deployment run at most the maximum percent of the desired count, rounded down', deployments, () => {
    assert.deepEqual([mostTasks(4, 200), mostTasks(3, 150), mostTasks(1, 150)], [8, 4, 1]);
  }),
  ecs('keeps at least the minimum healthy percent of the desired count, rounded up', deployments, () => {
    assert.deepEqual([fewestTasks(4, 50), fewestTasks(3, 50), fewestTasks(1, 0)], [2, 2, 0]);
  }),
  ecs('takes 100 and 200 percent where a service says neither', deployments, () => {
    const args = serviceSchema.parse({ name: 'offers', task_definition: 'arn', desired_count: 1 });
    assert.deepEqual([args.deployment_minimum_healthy_percent, args.deployment_maximum_percent], [100, 200]);
  }),
  ecs('starts four new tasks before it stops the four old ones at 100 to 200 percent', deployments, async () => {
    const { seen, done } = await redeployed(4, 100, 200);
    await done;
    assert.deepEqual(seen, { most: 8, fewestHealthy: 4 });
  }),
  ecs('stops two of four tasks before it starts two new ones at 50 to 100 percent', deployments, async () => {
    const { seen, done } = await redeployed(4, 50, 100);
    await done;
    assert.deepEqual(seen, { most: 4, fewestHealthy: 2 });
  }),
  ecs('exchanges tasks one by one at 100 to 125 percent', deployments, async () => {
    const { seen, done, service } = await redeployed(4, 100, 125);
    await done;
    assert.deepEqual([seen, idsOf(service).length], [{ most: 5, fewestHealthy: 4 }, 4]);
  }),
  ecs('stops the only task first at 0 to 100 percent', deployments, async () => {
    const { seen, done } = await redeployed(1, 0, 100);
    await done;
    assert.deepEqual(seen, { most: 1, fewestHealthy: 0 });
  }),
  ecs('counts a new task only once the target group calls it healthy', deployments, async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 1);
    fake.next.fate = 'initial';
    const deployed = service.deploy(fake.set({ prefix: 'b' }), fake.rolling(1));
    await fake.clock.advance(30_000);
    assert.deepEqual([idsOf(service), fake.stopped], [['a1', 'b2'], []]);
    fake.setHealth('b2', 'healthy');
    await whileTimePasses(fake, deployed);
    assert.deepEqual(idsOf(service), ['b2']);
  }),
  ecs('fails a deployment of few tasks after three failures', `${breaker} (read 2026-11-25)`, () => {
    assert.deepEqual([1, 2, 6].map(failureThreshold), [3, 3, 3]);
  }),
  ecs('fails a deployment after half the desired count of failures, rounded up', `${breaker} (read 2026-11-25)`, () => {
    assert.deepEqual([7, 25, 100].map(failureThreshold), [4, 13, 50]);
  }),
  ecs('fails a deployment after 200 failures at most', `${breaker} (read 2026-11-25)`, () => {
    assert.deepEqual([400, 401, 1000].map(failureThreshold), [200, 200, 200]);
  }),
  ecs('rolls a failed deployment back to the one that completed last', `${breaker} (read 2026-11-25)`, async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 2);
    fake.next.fate = 'crashes';
    const failed = service.deploy(fake.set({ prefix: 'b' }), fake.rolling(2));
    await assert.rejects(whileTimePasses(fake, failed), { code: 'SERVICE_CRASHED' });
    assert.deepEqual(idsOf(service), ['a1', 'a2']);
  }),
  ecs('starts old tasks again that a failed deployment had stopped', `${breaker} (not re-read)`, async () => {
    const fake = fakeTasks();
    const options = { minimumHealthyPercent: 0, maximumPercent: 100 };
    const service = await runningService(fake, 1, options);
    fake.next.fate = 'crashes';
    const failed = service.deploy(fake.set({ prefix: 'b' }), fake.rolling(1, options));
    await assert.rejects(whileTimePasses(fake, failed), { code: 'SERVICE_CRASHED' });
    fake.next.fate = 'healthy';
    await fake.clock.advance(60_000);
    assert.deepEqual(
      idsOf(service).map((id) => id[0]),
      ['a'],
    );
  }),
  ecs(
    'leaves stopped what a failed deployment had stopped when rollback is off',
    `${breaker} (not re-read)`,
    async () => {
      const fake = fakeTasks();
      const options = { minimumHealthyPercent: 50, maximumPercent: 100, rollback: false };
      const service = await runningService(fake, 2, options);
      fake.next.fate = 'crashes';
      const failed = service.deploy(fake.set({ prefix: 'b' }), fake.rolling(2, options));
      await assert.rejects(whileTimePasses(fake, failed), { code: 'SERVICE_CRASHED' });
      await fake.clock.advance(60_000);
      assert.deepEqual(
        idsOf(service).map((id) => id[0]),
        ['a'],
      );
    },
  ),
  ecs('launches nothing more when a first deployment has failed', `${breaker} (read 2026-11-25)`, async () => {
    const fake = fakeTasks();
    fake.next.fate = 'crashes';
    await assert.rejects(runningService(fake, 1), { code: 'SERVICE_CRASHED' });
    const started = fake.started();
    await fake.clock.advance(600_000);
    assert.deepEqual([started, fake.started()], [3, 3]);
  }),
  ecs(
    'forgets failures when a task of the deployment is healthy',
    'https://dev.classmethod.jp/en/articles/ecs-deployment-circuit-breaker-custom-threshold-settings/ (read 2026-11-25)',
    () => {
      const counting = new CircuitBreaker(1);
      const crash = () => counting.failed({ kind: 'ended' });
      assert.deepEqual([crash(), crash()], [false, false]);
      counting.succeeded();
      assert.deepEqual([crash(), crash(), crash()], [false, false, true]);
    },
  ),
];

export const cases: readonly ConformanceCase[] = [...deploymentCases, ...schedulerCases, ...scalingCases];

import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServicesCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServiceCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningTask, TargetGroup, TaskRuntime, TaskSpec } from '../../../../local/contract/context.js';
import { openTestEndpoint, type TestEndpoint } from '../../../../local/testing/aws-endpoint.js';
import { createFakePlane } from '../../../../local/testing/fake-context.js';
import { recording } from '../../../../local/testing/fake-request.js';
import { ecs } from '../../index.js';
import { ecsApi } from './operations.js';

const cluster = 'shop-dev';
const service = 'shop-dev-offers';
const address = 'aws_ecs_service.offers';
const started: TaskSpec[] = [];
/** What a task does that starts now: runs on, or ends with this code. */
const fate: { code: number | undefined } = { code: undefined };

const runtime: TaskRuntime = {
  start: (spec) => {
    started.push(spec);
    let end: (exit: { message: string; exitCode?: number }) => void = () => undefined;
    const exited = new Promise<{ message: string; exitCode?: number }>((resolve) => (end = resolve));
    const { code } = fate;
    if (code !== undefined) setImmediate(() => end({ message: `exit code ${String(code)}`, exitCode: code }));
    const task: RunningTask = {
      id: spec.id,
      pid: undefined,
      handler: recording(),
      healthHandler: recording(),
      lastLines: () => [],
      exited,
      stop: () => {
        end({ message: 'signal SIGTERM' });
        return Promise.resolve();
      },
    };
    return Promise.resolve(task);
  },
};

const members = new Set<string>();
/** Tasks become healthy at once, but for those that end. */
const group: TargetGroup = {
  register: ({ id }) => void members.add(id),
  deregister: (id) => Promise.resolve(void members.delete(id)),
  health: (id) => (members.has(id) ? 'healthy' : undefined),
  healthy: () => (fate.code === undefined ? Promise.resolve() : new Promise(() => undefined)),
};

const plane = createFakePlane({
  runtimes: { process: runtime },
  taskStartMs: 35_000,
  manifest: {
    images: [
      {
        service: 'offers',
        kind: 'nestjs',
        runtime: 'process',
        repository: 'aws_ecr_repository.offers',
        variable: 'image_offers',
        context: 'offers',
      },
    ],
  },
});
const container = { name: 'offers', image: 'registry/offers@sha256:1', environment: [{ name: 'A', value: '1' }] };
let endpoint: TestEndpoint;
let client: ECSClient;
let definition: string;

const apply = (definitionArn: string) =>
  plane.apply(ecs.local.aws_ecs_service, address, {
    name: service,
    cluster,
    task_definition: definitionArn,
    desired_count: 2,
    load_balancer: [{ target_group_arn: 'arn:group', container_name: 'offers', container_port: 3000 }],
    deployment_circuit_breaker: [{ enable: true, rollback: true }],
    tags: { 'landfall:sleeps': 'true', 'landfall:wake-count': '2' },
  });

beforeAll(async () => {
  endpoint = await openTestEndpoint(plane.context('plane'), [ecsApi]);
  client = new ECSClient(endpoint.client);
  plane.registry.remember('aws_ecr_repository.offers', { repository_url: 'registry/offers' });
  plane.registry.remember('aws_lb_target_group.offers', { arn: 'arn:group' });
  plane.registry.provide('aws_lb_target_group.offers', 'targetGroup', group);
  await plane.apply(ecs.local.aws_ecs_cluster, 'aws_ecs_cluster.main', { name: cluster });
  const made = await plane.apply(ecs.local.aws_ecs_task_definition, 'aws_ecs_task_definition.offers', {
    family: service,
    cpu: '256',
    memory: '512',
    requires_compatibilities: ['FARGATE'],
    container_definitions: JSON.stringify([container]),
  });
  definition = String(made['arn']);
  await apply(definition);
});
afterAll(() => endpoint.close());

async function described(): Promise<Service> {
  const answer = await client.send(new DescribeServicesCommand({ cluster, services: [service], include: ['TAGS'] }));
  const [found] = answer.services ?? [];
  if (found === undefined) throw new Error('The service is missing.');
  return found;
}

const counts = ({ desiredCount, runningCount, pendingCount }: Service) => [desiredCount, runningCount, pendingCount];

/** Lets what was begun go on, and the plane's clock with it. */
async function pass(milliseconds: number): Promise<void> {
  for (let step = 0; step < 10; step += 1) {
    await plane.clock.advance(milliseconds / 10);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a service is listed and described as it runs, with its tags and its steady state', async () => {
  const { serviceArns } = await client.send(new ListServicesCommand({ cluster }));
  expect(serviceArns).toEqual([`arn:aws:ecs:eu-central-1:000000000000:service/${cluster}/${service}`]);
  const found = await described();
  expect(counts(found)).toEqual([2, 2, 0]);
  expect(found.tags).toContainEqual({ key: 'landfall:wake-count', value: '2' });
  expect(found.taskDefinition).toBe(definition);
  expect(found.deployments).toMatchObject([
    { status: 'PRIMARY', rolloutState: 'COMPLETED', taskDefinition: definition },
  ]);
  expect(found.events?.[0]?.message).toBe(`(service ${service}) has reached a steady state.`);
  expect(found.events?.[0]?.createdAt).toBeInstanceOf(Date);
  const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: found.serviceArn }));
  expect(tags).toEqual(found.tags);
});

test('a service that is not there is a failure, more than ten are refused, and so is another cluster', async () => {
  const missing = await client.send(new DescribeServicesCommand({ cluster, services: ['other'] }));
  expect(missing.failures).toMatchObject([{ reason: 'MISSING' }]);
  const eleven = new DescribeServicesCommand({ cluster, services: Array.from({ length: 11 }, () => service) });
  await expect(client.send(eleven)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(client.send(new ListServicesCommand({ cluster: 'x' }))).rejects.toMatchObject({
    name: 'ClusterNotFoundException',
  });
  const update = new UpdateServiceCommand({ cluster, service: 'other', desiredCount: 1 });
  await expect(client.send(update)).rejects.toMatchObject({ name: 'ServiceNotFoundException' });
});

test('a service sleeps at 0, stays there when it is deployed again, and wakes as slowly as Fargate', async () => {
  await client.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }));
  await pass(2000);
  expect(counts(await described())).toEqual([0, 0, 0]);
  expect(plane.registry.attributes.get(address)?.['desired_count']).toBe(0);
  expect((await apply(definition))['desired_count']).toBe(0);
  const before = started.length;
  await client.send(new UpdateServiceCommand({ cluster, service, desiredCount: 2 }));
  expect(counts(await described())).toEqual([2, 0, 2]);
  await pass(34_000);
  expect(started.length).toBe(before);
  await pass(2000);
  expect(counts(await described())).toEqual([2, 2, 0]);
});

test('a service that is put to sleep while its tasks are pending starts none of them', async () => {
  await client.send(new UpdateServiceCommand({ cluster, service, desiredCount: 4 }));
  const before = started.length;
  await client.send(new UpdateServiceCommand({ cluster, service, desiredCount: 2 }));
  await pass(40_000);
  await pass(10_000);
  expect(counts(await described())).toEqual([2, 2, 0]);
  expect(started.length - before).toBeLessThanOrEqual(2);
});

test('a registered task definition keeps every field, and is deployed by rolling', async () => {
  const given = {
    family: service,
    cpu: '512',
    memory: '1024',
    requiresCompatibilities: ['FARGATE' as const],
    containerDefinitions: [{ ...container, environment: [{ name: 'A', value: '2' }], user: '1000' }],
  };
  const { taskDefinition } = await client.send(new RegisterTaskDefinitionCommand(given));
  expect(taskDefinition).toMatchObject({ ...given, revision: 2, status: 'ACTIVE' });
  const newest = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: service }));
  expect(newest.taskDefinition?.taskDefinitionArn).toBe(taskDefinition?.taskDefinitionArn);

  await client.send(new UpdateServiceCommand({ cluster, service, taskDefinition: `${service}:2` }));
  expect((await described()).deployments?.map(({ status, rolloutState }) => [status, rolloutState])).toEqual([
    ['PRIMARY', 'IN_PROGRESS'],
    ['ACTIVE', 'COMPLETED'],
  ]);
  await pass(40_000);
  await pass(10_000);
  const found = await described();
  expect(found.taskDefinition).toBe(taskDefinition?.taskDefinitionArn);
  expect(found.deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: 2 }]);
  expect(started.at(-1)?.env['A']).toBe('2');
});

test('a deployment whose tasks fail is rolled back: the running task definition is the one before', async () => {
  const registered = await client.send(
    new RegisterTaskDefinitionCommand({ family: service, containerDefinitions: [container] }),
  );
  const before = (await described()).taskDefinition;
  fate.code = 3;
  await client.send(
    new UpdateServiceCommand({ cluster, service, taskDefinition: registered.taskDefinition?.taskDefinitionArn }),
  );
  for (let step = 0; step < 12; step += 1) await pass(20_000);
  fate.code = undefined;
  const found = await described();
  expect(found.taskDefinition).toBe(before);
  expect(found.deployments?.[0]).toMatchObject({ taskDefinition: before, rolloutState: 'COMPLETED' });
  expect(found.deployments?.[1]).toMatchObject({ rolloutState: 'FAILED' });
  expect(found.events?.map(({ message }) => message).join('\n')).toContain('deployment failed: tasks failed to start');
});

test('a task runs once with another command, and its exit code is told', async () => {
  fate.code = 4;
  const { tasks = [] } = await client.send(
    new RunTaskCommand({
      cluster,
      taskDefinition: service,
      startedBy: 'landfall',
      overrides: {
        containerOverrides: [
          { name: 'offers', command: ['sh', '-c', 'npm run migrate'], environment: [{ name: 'B', value: 'b' }] },
        ],
      },
    }),
  );
  const [task] = tasks;
  expect(task).toMatchObject({ lastStatus: 'PROVISIONING', startedBy: 'landfall', desiredStatus: 'RUNNING' });
  await pass(36_000);
  expect(started.at(-1)).toMatchObject({ command: ['sh', '-c', 'npm run migrate'], env: { B: 'b' } });
  const arn = task?.taskArn ?? '';
  const ended = await client.send(new DescribeTasksCommand({ cluster, tasks: [arn, 'gone'] }));
  expect(ended.tasks).toMatchObject([
    {
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ name: 'offers', exitCode: 4, lastStatus: 'STOPPED' }],
    },
  ]);
  expect(ended.failures).toMatchObject([{ reason: 'MISSING' }]);
  fate.code = undefined;
});

test('a running task is listed by its service, and stopped with its reason; one whose start is awaited too', async () => {
  const { taskArns = [] } = await client.send(new ListTasksCommand({ cluster, serviceName: service }));
  expect(taskArns).toHaveLength(2);
  const { tasks = [] } = await client.send(new RunTaskCommand({ cluster, taskDefinition: service }));
  const arn = tasks[0]?.taskArn ?? '';
  await client.send(new StopTaskCommand({ cluster, task: arn, reason: 'Enough' }));
  const before = started.length;
  await pass(36_000);
  expect(started.length).toBe(before);
  const ended = await client.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
  expect(ended.tasks).toMatchObject([{ lastStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedReason: 'Enough' }]);
  await expect(client.send(new StopTaskCommand({ cluster, task: 'none' }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});

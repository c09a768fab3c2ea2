import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunningTask, TaskRuntime, TaskSpec } from '../../../local/contract/context.js';
import { createUpstream } from '../../../local/http/client.js';
import { createFakePlane, type FakePlane } from '../../../local/testing/fake-context.js';
import type { ManifestImage } from '../../../stack/manifest.js';
import { ecs } from '../index.js';
import { liveService } from './service.js';
import { whileTimePasses } from './testing/fake-tasks.js';

const address = 'aws_ecs_service.offers';
const image: ManifestImage = {
  service: 'offers',
  kind: 'nestjs',
  runtime: 'process',
  repository: 'aws_ecr_repository.offers',
  variable: 'image_offers',
  context: 'offers',
};

let folder: string;
let plane: FakePlane;
let specs: TaskSpec[];
const registered = new Map<string, Readonly<Record<number, number>>>();

/** Tasks are servers in this process. */
const runtime: TaskRuntime = {
  start: async (spec) => {
    specs.push(spec);
    const server = createServer((_request, response) => response.end(spec.id));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const upstream = createUpstream({ origin: `http://127.0.0.1:${String(port)}` });
    let ended: (exit: { message: string }) => void = () => undefined;
    const task: RunningTask = {
      id: spec.id,
      pid: process.pid,
      port,
      handler: upstream,
      healthHandler: upstream,
      lastLines: () => [],
      exited: new Promise((resolve) => (ended = resolve)),
      stop: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        await upstream.close();
        ended({ message: 'stopped' });
      },
    };
    return task;
  },
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-ecs-'));
  specs = [];
  registered.clear();
  plane = createFakePlane({ folder, runtimes: { process: runtime }, manifest: { images: [image] } });
  plane.registry.remember('aws_ecr_repository.offers', { repository_url: 'registry/offers' });
  plane.registry.remember('aws_service_discovery_service.offers', { arn: 'arn:names' });
  plane.registry.provide('aws_service_discovery_service.offers', 'discovery', {
    name: 'offers.shop.local',
    record: { routing: 'MULTIVALUE', ttlSeconds: 10, instances: [] },
    register: (id, ports) => void registered.set(id, ports),
    deregister: (id) => void registered.delete(id),
  });
});

afterEach(async () => {
  await plane.destroy(ecs.local.aws_ecs_service, address);
  await rm(folder, { recursive: true, force: true });
});

const containers = (greeting: string) => [
  { name: 'first', image: 'other/image', essential: false },
  {
    name: 'offers',
    image: 'registry/offers@sha256:1',
    essential: true,
    dependsOn: [{ containerName: 'first', condition: 'SUCCESS' }],
    portMappings: [{ containerPort: 3002 }],
    environment: [
      { name: 'GREETING', value: greeting },
      { name: 'NODE_OPTIONS', value: '--title=mine' },
    ],
    stopTimeout: 30,
  },
];

async function deploy(greeting = 'hello'): Promise<void> {
  const { arn } = await plane.apply(ecs.local.aws_ecs_task_definition, 'aws_ecs_task_definition.offers', {
    family: 'offers',
    cpu: '256',
    memory: '512',
    container_definitions: JSON.stringify(containers(greeting)),
  });
  const applied = plane.apply(ecs.local.aws_ecs_service, address, {
    name: 'shop-offers',
    task_definition: arn,
    desired_count: 1,
    service_registries: [{ registry_arn: 'arn:names' }],
  });
  await whileTimePasses(plane, applied);
}

const live = () => liveService(plane.context(address));

it('runs the essential container, with the heap limited to the task’s memory and the user’s own options after', async () => {
  await deploy();
  expect(specs[0]).toMatchObject({
    service: 'offers',
    containerPort: 3002,
    stopTimeoutSeconds: 30,
    env: { GREETING: 'hello', NODE_OPTIONS: '--max-old-space-size=512 --title=mine' },
  });
});

it('enters its tasks in Cloud Map by the port that they have on AWS', async () => {
  await deploy();
  const [port] = [...registered.values()];
  expect([registered.size, Object.keys(port ?? {})]).toEqual([1, ['3002']]);
  await deploy('changed');
  expect([...registered.keys()]).toEqual([specs[1]?.id]);
});

it('keeps the count that scaling gave it when it is deployed again', async () => {
  await deploy();
  live()?.scaleTo(3);
  await plane.clock.advance(1000);
  await deploy('changed');
  expect([live()?.desiredCount, live()?.tasks().length]).toEqual([3, 3]);
});

it('scales by the policies that are applied, and no more when they are gone', async () => {
  await deploy();
  const resource_id = 'service/shop/shop-offers';
  const target = { service_namespace: 'ecs', resource_id, scalable_dimension: 'ecs:service:DesiredCount' };
  const targetAddress = 'aws_appautoscaling_target.offers';
  await plane.apply(ecs.local.aws_appautoscaling_target, targetAddress, {
    ...target,
    min_capacity: 2,
    max_capacity: 4,
  });
  const attributes = await plane.apply(ecs.local.aws_appautoscaling_policy, 'aws_appautoscaling_policy.offers_cpu', {
    ...target,
    name: 'cpu',
    policy_type: 'TargetTrackingScaling',
    target_tracking_scaling_policy_configuration: [
      {
        target_value: 0.000_001,
        scale_out_cooldown: 60,
        predefined_metric_specification: [{ predefined_metric_type: 'ECSServiceAverageCPUUtilization' }],
      },
    ],
  });
  expect(attributes['arn']).toContain('scalingPolicy');
  const { scaling } = live() ?? {};
  expect(scaling?.bounds).toEqual({ minimum: 2, maximum: 4 });
  await plane.destroy(ecs.local.aws_appautoscaling_target, targetAddress);
  expect(live()?.scaling).toBeUndefined();
});

it('does nothing by a step policy until an alarm asks', async () => {
  await deploy();
  const attributes = await plane.apply(ecs.local.aws_appautoscaling_policy, 'aws_appautoscaling_policy.offers_sleep', {
    name: 'sleep',
    policy_type: 'StepScaling',
    service_namespace: 'ecs',
    resource_id: 'service/shop/shop-offers',
    scalable_dimension: 'ecs:service:DesiredCount',
    step_scaling_policy_configuration: [
      {
        adjustment_type: 'ExactCapacity',
        step_adjustment: [{ scaling_adjustment: 0, metric_interval_upper_bound: '0' }],
      },
    ],
  });
  expect(attributes).toMatchObject({ name: 'sleep' });
  expect(live()?.desiredCount).toBe(1);
});

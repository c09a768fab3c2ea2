import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { albLocal } from '../../src/layers/alb/local/index.js';
import { ecs } from '../../src/layers/ecs/index.js';
import { ecsApi } from '../../src/layers/ecs/local/api/operations.js';
import { liveService } from '../../src/layers/ecs/local/service.js';
import { bundle } from '../../src/layers/lambda/bundle.js';
import { openFunctions, type FunctionPlace } from '../../src/layers/lambda/local/testing/functions.js';
import { cloudWatch } from '../../src/layers/observability/local/api.js';
import { secretsManager } from '../../src/layers/secrets/api.js';
import type { LocalContext } from '../../src/local/contract/context.js';
import { openTestEndpoint, type TestEndpoint } from '../../src/local/testing/aws-endpoint.js';
import { ask } from '../../src/local/testing/fake-request.js';
import { fakeSecret } from '../../src/local/testing/fake-secret.js';
import { lastingTasks } from '../harness/lasting-tasks.js';

const cluster = 'shop-dev';
const token = 'the-token';
/** By service, how many tasks it wakes with; the last is awake and has more. */
const wakeCounts = { auth: 1, offers: 2, steady: 1 } as const;
type Name = keyof typeof wakeCounts;
const names = Object.keys(wakeCounts) as Name[];

const runtime = lastingTasks();

let place: FunctionPlace;
let endpoint: TestEndpoint;
/** Every count that was asked for. */
const asked: (readonly [Name, number])[] = [];

const live = (name: Name) => {
  const found = liveService(place.context('plane'), `aws_ecs_service.${name}`);
  if (found === undefined) throw new Error(`${name} does not run.`);
  return found;
};

async function deployService(name: Name): Promise<void> {
  const { plane } = place;
  plane.registry.remember(`aws_ecr_repository.${name}`, { repository_url: `registry/${name}` });
  const { arn } = await plane.apply(ecs.local.aws_ecs_task_definition, `aws_ecs_task_definition.${name}`, {
    family: name,
    container_definitions: JSON.stringify([{ name, image: `registry/${name}` }]),
  });
  await plane.apply(ecs.local.aws_ecs_service, `aws_ecs_service.${name}`, {
    name,
    cluster,
    task_definition: arn,
    desired_count: 3,
    tags: { 'landfall:sleeps': String(name !== 'steady'), 'landfall:wake-count': String(wakeCounts[name]) },
  });
}

const deployFunction = (more: object = {}) =>
  place.deploy('wake-up', bundle('wake-up').zip, {
    environment: [{ variables: { CLUSTER: cluster, STACK: 'shop-dev', TOKEN_SECRET_ARN: 'arn:token' } }],
    ...more,
  });

async function deployLoadBalancer(functionArn: string): Promise<void> {
  const { plane } = place;
  const { arn } = await plane.apply(albLocal.aws_lb, 'aws_lb.main', { name: 'alb' });
  const group = await plane.apply(albLocal.aws_lb_target_group, 'aws_lb_target_group.wake_up', {
    name: 'wake-up',
    target_type: 'lambda',
  });
  const permission = 'aws_lambda_permission.wake_up_load_balancer';
  const args = {
    function_name: 'shop-dev-wake-up',
    action: 'lambda:InvokeFunction',
    principal: 'elasticloadbalancing.amazonaws.com',
    source_arn: group['arn'],
  };
  plane.registry.applied.set(permission, { address: permission, type: 'aws_lambda_permission', name: '', args });
  await plane.apply(albLocal.aws_lb_target_group_attachment, 'aws_lb_target_group_attachment.wake_up', {
    target_group_arn: group['arn'],
    target_id: functionArn,
  });
  await plane.apply(albLocal.aws_lb_listener, 'aws_lb_listener.internal_https', {
    load_balancer_arn: arn,
    port: 8443,
    protocol: 'HTTPS',
    default_action: [{ type: 'forward', target_group_arn: group['arn'] }],
  });
}

const wake = (given: string) =>
  ask(place.plane.listening('alb-8443'), { method: 'POST', host: 'wake.internal', headers: [['X-Wake-Token', given]] });

beforeAll(async () => {
  const access: { current: LocalContext['awsAccess'] | undefined } = { current: undefined };
  const images = names.map((service) => ({
    service,
    kind: 'nestjs' as const,
    runtime: 'process' as const,
    repository: `aws_ecr_repository.${service}`,
    variable: `image_${service}`,
    context: service,
  }));
  place = await openFunctions(access, { runtimes: { process: runtime }, manifest: { images } });
  endpoint = await openTestEndpoint(place.context('plane'), [ecsApi, secretsManager, cloudWatch]);
  access.current = { endpoint: endpoint.url, ...endpoint.client.credentials };
  place.plane.registry.provide('aws_secretsmanager_secret.token', 'secret', fakeSecret('arn:token', token));
  await place.plane.apply(ecs.local.aws_ecs_cluster, 'aws_ecs_cluster.main', { name: cluster });
  for (const name of names) await deployService(name);
  for (const name of names) {
    const service = live(name);
    const scaleTo = service.scaleTo.bind(service);
    service.scaleTo = (count) => {
      asked.push([name, count]);
      scaleTo(count);
    };
  }
  await deployLoadBalancer((await deployFunction()).arn);
});
afterAll(async () => {
  await endpoint.close();
  await place.close();
});
beforeEach(() => {
  for (const name of ['auth', 'offers'] as const) live(name).scaleTo(0);
  asked.length = 0;
});

test('the very bundle, asked 200 times at once through the load balancer, wakes what sleeps and lowers nothing', async () => {
  const answers = await Promise.all(Array.from({ length: 200 }, () => wake(token)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(names.map((name) => live(name).desiredCount)).toEqual([1, 2, 3]);
  // Calls that overlap may ask for the same again; none asks for less, and none touches what is awake.
  expect(asked.every(([name, count]) => name !== 'steady' && count === wakeCounts[name])).toBe(true);
  expect(endpoint.errors).toEqual([]);
}, 60_000);

test('a wrong token wakes nothing', async () => {
  expect((await wake('another')).status).toBe(403);
  expect(asked).toEqual([]);
});

test('a throttled function is the load balancer’s own 502, and nothing wakes', async () => {
  await deployFunction({ reserved_concurrent_executions: 0 });
  const answer = await wake(token);
  expect([answer.status, answer.header('server'), asked]).toEqual([502, 'awselb/2.0', []]);
  await deployFunction();
  expect((await wake(token)).status).toBe(200);
});

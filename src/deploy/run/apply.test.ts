import { describe, expect, test } from 'vitest';
import type { PlannedChange } from '../terraform/plan.js';
import type { PlanOptions, TerraformRunner } from '../terraform/runner.js';
import { addressOf, attr, resource, type Stack } from '../../stack/stack.js';
import { readState } from '../terraform/state.js';
import { change } from '../testing/planned-change.js';
import { shopStack } from '../testing/stack.js';
import { applyReviewed } from './apply.js';
import type { Stages } from './stages.js';
import type { Target, Workspace } from './workspace.js';

const service = 'aws_ecs_service.auth_service';
const update = change(service, 'update', { attributes: ['task_definition'] });

/** A deploy that migrates auth-service, with a Terraform whose plans hold these changes. @returns what was done, in order */
async function deploy(
  changesOf: (options: PlanOptions) => readonly PlannedChange[],
  firstEver = false,
  { stack = shopStack, migrated = ['auth-service'] }: { stack?: Stack; migrated?: readonly string[] } = {},
): Promise<readonly string[]> {
  const done: string[] = [];
  const terraform: Pick<TerraformRunner, 'plan' | 'apply' | 'state'> = {
    plan: (options = {}) => {
      done.push(options.refresh === false ? 'plan' : 'plan and read');
      return Promise.resolve({ file: '', changes: changesOf(options), imports: [] });
    },
    apply: ({ changes }) => {
      done.push(`apply ${changes.map(({ address, action }) => `${action} ${address}`).join(', ')}`);
      return Promise.resolve();
    },
    state: () => Promise.resolve(readState('')),
  };
  const parts = {
    target: { synthesis: { stack } } as unknown as Target,
    stages: {
      migrate: () => {
        done.push('migrate');
        return Promise.resolve();
      },
      rotateRedis: () => {
        done.push('set the password of Redis');
        return Promise.resolve();
      },
    } as unknown as Stages,
    confirm: () => Promise.resolve(),
    allowDataLoss: [],
  };
  const scope = { refresh: true, migrated: () => migrated, firstEver, begin: () => Promise.resolve() };
  await applyReviewed(parts, { terraform } as unknown as Workspace, scope);
  return done;
}

test('what only reading shows, such as a service that ECS rolled back, is changed after the migration too', async () => {
  expect(await deploy(({ refresh }) => (refresh === false ? [] : [update]))).toEqual([
    'plan and read',
    'plan',
    'migrate',
    'plan',
    'plan and read',
    `apply update ${service}`,
  ]);
});

test('what stands in the state is not read again', async () => {
  const ofAll = ({ targets = [] }: PlanOptions) => (targets.length === 0 ? [update] : []);
  expect(await deploy(ofAll)).toEqual(['plan and read', 'plan', 'migrate', 'plan', `apply update ${service}`]);
});

test('the first time all but services, and what needs them, is made before the migration', async () => {
  let first: readonly string[] = [];
  await deploy(({ targets = [] }) => {
    if (targets.length > 0) first = targets;
    return [];
  }, true);
  const all = shopStack.resources.map((resource) => addressOf('resource', resource));
  const waiting = all.filter((address) => !first.includes(address));
  expect(waiting).toContain(service);
  expect(
    waiting.filter((address) => !/^aws_(ecs_service|appautoscaling_\w+|cloudwatch_metric_alarm)\./.test(address)),
  ).toEqual([]);
  expect(first.length).toBeGreaterThan(1);
});

describe('Redis has the password of its secret before a task starts that uses it', () => {
  const cache = 'aws_elasticache_replication_group.main';
  const version = 'aws_secretsmanager_secret_version.shared__REDIS';
  const stack: Stack = {
    ...shopStack,
    resources: [
      ...shopStack.resources.filter((one) => addressOf('resource', one) !== version),
      resource(cache, { replication_group_id: 'shop-dev-redis', description: 'shop dev' }),
      resource(version, { secret_id: attr(cache, 'primary_endpoint_address') }),
    ],
  };
  const create: PlannedChange = {
    ...update,
    address: cache,
    type: 'aws_elasticache_replication_group',
    action: 'create',
  };

  test('when it is made, before the migrations too', async () => {
    let targeted: readonly string[] = [];
    const changesOf = ({ targets = [], refresh }: PlanOptions) => {
      if (targets.length > 0) targeted = targets;
      if (targets.length > 0) return [create];
      return refresh === false ? [update] : [create, update];
    };
    const made = ['plan and read', 'plan', `apply create ${cache}`, 'set the password of Redis'];
    const rest = ['plan', `apply update ${service}`];
    expect(await deploy(changesOf, false, { stack, migrated: [] })).toEqual([...made, ...rest]);
    expect(targeted).toEqual([cache, version]);
    expect(await deploy(changesOf, false, { stack })).toEqual([...made, 'migrate', ...rest]);
    expect(targeted).toEqual(expect.arrayContaining([cache, version, 'aws_ecs_task_definition.auth_service']));
  });

  test('when a run before made it and went no further', async () => {
    expect(await deploy(() => [update], false, { stack, migrated: [] })).toEqual([
      'plan and read',
      'set the password of Redis',
      `apply update ${service}`,
    ]);
  });
});

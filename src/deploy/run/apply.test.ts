import { expect, test } from 'vitest';
import type { PlannedChange } from '../terraform/plan.js';
import type { PlanOptions, TerraformRunner } from '../terraform/runner.js';
import { addressOf } from '../../stack/stack.js';
import { readState } from '../terraform/state.js';
import { shopStack } from '../testing/stack.js';
import { applyReviewed } from './apply.js';
import type { Stages } from './stages.js';
import type { Target, Workspace } from './workspace.js';

const service = 'aws_ecs_service.auth_service';
const update: PlannedChange = {
  address: service,
  type: 'aws_ecs_service',
  action: 'update',
  createFirst: false,
  attributes: ['task_definition'],
  because: [],
  before: {},
};

/** A deploy that migrates auth-service, with a Terraform whose plans hold these changes. @returns what was done, in order */
async function deploy(
  changesOf: (options: PlanOptions) => readonly PlannedChange[],
  firstEver = false,
): Promise<readonly string[]> {
  const done: string[] = [];
  const terraform: Pick<TerraformRunner, 'plan' | 'apply' | 'state'> = {
    plan: (options = {}) => {
      done.push(options.refresh === false ? 'plan' : 'plan and read');
      return Promise.resolve({ file: '', changes: changesOf(options) });
    },
    apply: ({ changes }) => {
      done.push(`apply ${changes.map(({ address, action }) => `${action} ${address}`).join(', ')}`);
      return Promise.resolve();
    },
    state: () => Promise.resolve(readState('')),
  };
  const parts = {
    target: { synthesis: { stack: shopStack } } as unknown as Target,
    stages: {
      migrate: () => {
        done.push('migrate');
        return Promise.resolve();
      },
    } as unknown as Stages,
    confirm: () => Promise.resolve(),
    allowDataLoss: [],
  };
  const scope = { refresh: true, migrated: ['auth-service'], firstEver, begin: () => Promise.resolve() };
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

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPlanner, type Planner } from '../harness/mocked-plan.js';
import type { PlannedStack } from '../harness/mocked-plan-stack.js';
import { artifactOf, type PlanName } from '../harness/mocked-plan-variants.js';
import { findTerraform, requireOnCi } from '../harness/terraform.js';
import { differenceOf } from '../specification/difference.js';
import { isShown } from '../specification/entry.js';
import { facts } from '../specification/facts/index.js';
import { entries } from '../specification/rows/index.js';

const terraform = await findTerraform();
requireOnCi('terraform', terraform);

describe.skipIf(terraform === undefined)(`terraform ${terraform?.version ?? '(skipped: absent)'} plans`, () => {
  let planner: Planner;
  const plans = new Map<PlanName, Promise<PlannedStack>>();

  /** The plan of a stack, made when it is first asked for. */
  const planOf = (name: PlanName): Promise<PlannedStack> => {
    const plan = plans.get(name) ?? artifactOf(name).then((files) => planner.plan(files));
    plans.set(name, plan);
    return plan;
  };

  beforeAll(async () => {
    if (terraform !== undefined) planner = await openPlanner(terraform);
  });

  afterAll(() => planner.close());

  describe('what the specification says', () => {
    for (const entry of entries.filter(isShown))
      for (const name of entry.in ?? (['dev', 'prod'] as const))
        test(`${name}: ${entry.text}`, async () => entry.check(await planOf(name), name));
  });

  test('every resource that the map names is planned', async () => {
    const missing: string[] = [];
    for (const { text, resources, in: stacks = ['dev', 'prod'] as const } of entries.filter(isShown)) {
      const where = await Promise.all(stacks.map(planOf));
      const planned = (name: string) => where.some((plan) => plan.has(name) || plan.all(name).length > 0);
      missing.push(...resources.filter((name) => !planned(name)).map((name) => `${name}: ${text}`));
    }
    expect(missing).toEqual([]);
  });

  describe('facts', () => {
    for (const { name: fact, in: stacks = ['dev', 'prod'] as const, check } of facts)
      for (const name of stacks) test(`${name}: ${fact}`, async () => check(await planOf(name), name));
  });

  describe('a change of one service', () => {
    test('one more adds its own resources and removes none', async () => {
      const { added, removed } = differenceOf(await planOf('dev'), await planOf('one-more'));
      expect(removed).toEqual([]);
      expect(added).not.toHaveLength(0);
      for (const address of added) expect(address).toContain('billing_service');
    });

    test('another front end in place of one adds and removes nothing of the other services', async () => {
      const { added, removed } = differenceOf(await planOf('dev'), await planOf('sites'));
      expect(removed).toContain('aws_apprunner_service.web');
      for (const address of added) expect(address).toContain('docs');
      for (const address of removed)
        expect(address).not.toMatch(/auth_service|offers_service|mailer|gateway|admin|\.api/);
    });

    test.each(['one-more', 'sites'] as const)('%s changes what is shared alone, and no other service', async (name) => {
      const { changed } = differenceOf(await planOf('dev'), await planOf(name));
      expect(changed.filter((address) => !shared.has(address))).toEqual([]);
    });
  });

  test('the same config is planned the same', async () => {
    const again = await planner.plan(await artifactOf('dev'));
    expect(differenceOf(await planOf('dev'), again)).toEqual({ added: [], removed: [], changed: [] });
  });

  test('what the provider refuses is told in its own words', async () => {
    const broken = { resource: { aws_vpc: { main: { cidr_block: '10.0.0.0/33' } } } };
    const planning = planner.plan([{ path: 'main.tf.json', content: JSON.stringify(broken) }]);
    await expect(planning).rejects.toThrow(/aws_vpc\.main .*10\.0\.0\.0\/33/);
  });
});

/** What names every service of the environment: the initialisation, the wake-up, the dashboard. */
const shared: ReadonlySet<string> = new Set([
  'aws_lambda_invocation.database_init',
  'aws_iam_role_policy.database_init',
  'aws_lambda_function.wake_up',
  'aws_iam_role_policy.wake_up',
  'aws_cloudwatch_dashboard.main',
]);

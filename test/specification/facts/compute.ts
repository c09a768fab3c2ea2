import { expect } from 'vitest';
import type { PlannedStack } from '../../harness/mocked-plan-stack.js';
import { at, backends, listAt, textAt } from '../questions.js';
import { everywhere, type Fact } from './fact.js';

const sizesOf = (plan: PlannedStack): object =>
  Object.fromEntries(
    plan.all('aws_ecs_task_definition').map(({ name, values }) => [name, [values['cpu'], values['memory']]]),
  );

const boundsOf = (plan: PlannedStack): object =>
  Object.fromEntries(
    plan
      .all('aws_appautoscaling_target')
      .map(({ name, values }) => [name, [values['min_capacity'], values['max_capacity']]]),
  );

/** Target values of a service's tracking policies. */
const targetsOf = (plan: PlannedStack, service: string): readonly unknown[] =>
  plan
    .all('aws_appautoscaling_policy')
    .filter(({ name }) => name.startsWith(`${service}_`))
    .map(({ values }) => at(values, 'target_tracking_scaling_policy_configuration.0.target_value'))
    .filter((value) => value !== undefined)
    .toSorted((a, b) => Number(a) - Number(b));

/** Sizes allowed on Fargate: CPU units, and MiB of memory. */
const fargateSizes: Readonly<Record<string, readonly [from: number, to: number]>> = {
  '256': [512, 2048],
  '512': [1024, 4096],
  '1024': [2048, 8192],
  '2048': [4096, 16_384],
};

/** Tasks, their size and their count. */
export const computeFacts: readonly Fact[] = [
  {
    name: 'tiers become CPU and memory: dev is micro',
    in: ['dev'],
    check: (plan) => {
      for (const [name, size] of Object.entries(sizesOf(plan))) expect(size, name).toEqual(['256', '512']);
    },
  },
  {
    name: 'tiers become CPU and memory: prod is medium, the busiest service large, the gateway small',
    in: ['prod'],
    check: (plan) => {
      expect(sizesOf(plan)).toMatchObject({
        gateway: ['512', '1024'],
        auth_service: ['1024', '2048'],
        offers_service: ['2048', '4096'],
      });
    },
  },
  {
    name: 'every size is one that Fargate has',
    in: everywhere,
    check: (plan) => {
      for (const { values, address } of plan.all('aws_ecs_task_definition')) {
        const [from, to] = fargateSizes[textAt(values, 'cpu')] ?? [0, 0];
        expect(Number(values['memory']), address).toBeGreaterThanOrEqual(from);
        expect(Number(values['memory']), address).toBeLessThanOrEqual(to);
      }
    },
  },
  {
    name: 'bounds of dev: the services behind the gateway sleep, the gateway and the worker never',
    in: ['dev'],
    check: (plan) => {
      for (const { name } of plan.all('aws_ecs_service')) {
        const behind = backends(plan).some((service) => service.name === name);
        expect(boundsOf(plan), name).toMatchObject({ [name]: [behind ? 0 : 1, 4] });
      }
    },
  },
  {
    name: 'bounds of prod: from 1, and the services up to 10',
    in: ['prod'],
    check: (plan) => {
      expect(boundsOf(plan)).toMatchObject({ auth_service: [1, 10], offers_service: [1, 10] });
      for (const bounds of Object.values(boundsOf(plan))) expect(at(bounds, '0')).toBeGreaterThanOrEqual(1);
    },
  },
  {
    name: 'what is configured is tracked: 60 % CPU and 800 requests for the busiest service of prod',
    in: ['prod'],
    check: (plan) => {
      expect(targetsOf(plan, 'offers_service')).toEqual([60, 800]);
      expect(targetsOf(plan, 'auth_service')).toEqual([70, 1000]);
    },
  },
  {
    name: 'Terraform leaves the desired count to the autoscaler',
    in: everywhere,
    check: (plan) => {
      for (const { written, address } of plan.all('aws_ecs_service')) {
        const ignored = [
          ...listAt(written, 'lifecycle.ignore_changes'),
          ...listAt(written, 'lifecycle.0.ignore_changes'),
        ];
        expect(ignored, address).toContain('desired_count');
      }
    },
  },
  {
    name: 'images are named by digest, and a failed deployment rolls back',
    in: everywhere,
    check: (plan) => {
      for (const { values, address } of plan.all('aws_ecs_task_definition')) {
        const image = textAt(JSON.parse(textAt(values, 'container_definitions')), '0.image');
        expect(image, address).toMatch(/@sha256:[0-9a-f]{64}$/);
      }
      for (const { values } of plan.all('aws_ecs_service'))
        expect(at(values, 'deployment_circuit_breaker.0')).toEqual({ enable: true, rollback: true });
    },
  },
];

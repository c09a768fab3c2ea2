import { expect } from 'vitest';
import type { PlannedStack } from '../../harness/mocked-plan-stack.js';
import type { PlanName } from '../../harness/mocked-plan-variants.js';
import type { Entry } from '../entry.js';
import { containerOf, jsonAt, listAt, projectOf, refersTo, statementsIn, textAt } from '../questions.js';

const secretsUnder = (plan: PlannedStack, name: PlanName, scope: string): readonly string[] =>
  plan
    .all('aws_secretsmanager_secret')
    .map(({ values }) => textAt(values, 'name'))
    .filter((secret) => secret.startsWith(`${projectOf(plan)}/${name}/${scope}/`));

const folder = (text: string, scope: string, what: string): Entry => ({
  text,
  resources: ['aws_secretsmanager_secret'],
  asserts: `at least one secret \`{project}/{env}/${scope}/KEY\`: ${what}`,
  check: (plan, name) => {
    expect(secretsUnder(plan, name, scope)).not.toHaveLength(0);
  },
});

/** Secrets: Secrets Manager. */
export const secrets: readonly Entry[] = [
  {
    text: 'Secrets are injected into ECS task definitions as environment variables via ARN references.',
    resources: ['aws_ecs_task_definition', 'aws_iam_role_policy', 'aws_secretsmanager_secret'],
    asserts:
      'each entry of `secrets` is the ARN of a planned secret, which the task’s execution role may read; no variable holds one',
    check: (plan) => {
      const addresses = plan.all('aws_secretsmanager_secret').map(({ address }) => address);
      for (const { name } of plan.all('aws_ecs_task_definition')) {
        const container = containerOf(plan, name);
        const readable = statementsIn(jsonAt(plan.get(`aws_iam_role_policy.execution_${name}`), 'policy'))
          .filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'))
          .flatMap(({ resources }) => resources);
        for (const entry of listAt(container, 'secrets')) {
          const from = textAt(entry, 'valueFrom');
          const secret = addresses.find((address) => refersTo(from, address));
          expect(secret, from).toBeDefined();
          expect(
            readable.some((arn) => secret !== undefined && refersTo(arn, secret)),
            from,
          ).toBe(true);
        }
        expect(JSON.stringify(listAt(container, 'environment'))).not.toMatch(/aws_secretsmanager|password/i);
      }
      const database = listAt(containerOf(plan, 'auth_service'), 'secrets').map((entry) => textAt(entry, 'name'));
      expect(database).toContain('DATABASE_URL');
    },
  },
  {
    text: 'secrets/',
    resources: ['aws_secretsmanager_secret'],
    asserts:
      'every secret is named `{project}/{env}/{scope}/{KEY}`; no secret’s version keeps its value in Terraform’s state',
    note: 'The page’s `tsdevstack` is its example project; the names begin with the project of the config. One value is in the state all the same: that of `X-Origin-Verify`, for CloudFront and the load balancer take it as an argument.',
    check: (plan, name) => {
      for (const { values } of plan.all('aws_secretsmanager_secret'))
        expect(values['name']).toMatch(new RegExp(`^${projectOf(plan)}/${name}/[a-z0-9-]+/[A-Za-z0-9_]+$`));
      for (const { address, values } of plan.all('aws_secretsmanager_secret_version'))
        expect(values['secret_string'], address).toBeUndefined();
    },
  },
  folder('+-- tsdevstack/dev/shared/ # Shared across services', 'shared', 'what several services read'),
  folder('+-- tsdevstack/dev/auth-service/ # Per-service secrets', 'auth-service', 'what that service alone reads'),
  folder('+-- tsdevstack/dev/kong/ # Kong-specific', 'kong', 'what the gateway alone reads'),
];

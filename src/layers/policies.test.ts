import { describe, expect, test } from 'vitest';
import { synthesise } from '../stack/synth.js';
import { expression } from '../stack/terraform-json.js';
import {
  configOf,
  nestService,
  nextService,
  smallPostgres,
  spaService,
  workerService,
} from '../stack/testing/config.js';
import { viewOf } from '../stack/view.js';
import { layers } from './registry.js';

type Config = ReturnType<typeof configOf>;

/** A statement with every list a list. */
interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principal: unknown;
  readonly condition: unknown;
}

const everything = configOf({
  exec: true,
  production: true,
  postgres: smallPostgres,
  redis: { nodeType: 'cache.t3.micro', replicas: 1 },
  services: [
    nestService('auth-service', { database: 'auth_db', oidc: { discovery: '/auth/*' }, secrets: ['JWT_KEY'] }),
    nestService('offers-service', {
      port: 3002,
      calls: ['auth-service'],
      routes: [{ path: '/offers', methods: [], auth: 'jwt' }],
    }),
    spaService('admin'),
    nextService('web', { port: 3003 }),
    workerService('mailer', { port: 3004, redis: true }),
  ],
});

const policyArguments = {
  aws_iam_role: 'assume_role_policy',
  aws_iam_role_policy: 'policy',
  aws_s3_bucket_policy: 'policy',
} as const;

function policiesOf(config: Config): ReadonlyMap<string, readonly Statement[]> {
  const view = viewOf(synthesise(config, layers).stack);
  const found = Object.entries(policyArguments).flatMap(([type, argument]) =>
    view.all(type as keyof typeof policyArguments).map(({ name, args }) => {
      const text = expression(Reflect.get(args, argument));
      return [`${type}.${name}`, statementsIn(String(text))] as const;
    }),
  );
  return new Map(found);
}

const list = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];

function statementsIn(text: string): readonly Statement[] {
  const { Statement: statements } = JSON.parse(text) as { readonly Statement: readonly Record<string, unknown>[] };
  return statements.map((statement) => ({
    effect: String(statement['Effect']),
    actions: list(statement['Action']),
    resources: list(statement['Resource']),
    principal: statement['Principal'],
    condition: statement['Condition'],
  }));
}

/** Actions that AWS takes with no resource. https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html (read 2026-11-23) */
const withoutResource = [
  'ecr:GetAuthorizationToken',
  /^ssmmessages:(Create|Open)(Control|Data)Channel$/,
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  // With the cluster and the namespace as their conditions.
  'ecs:ListServices',
  'cloudwatch:PutMetricData',
];

describe('every policy', () => {
  const policies = policiesOf(everything);
  const allowing = [...policies].flatMap(([address, statements]) =>
    statements.filter(({ effect }) => effect === 'Allow').map((statement) => [address, statement] as const),
  );

  test('is JSON that allows or denies something', () => {
    expect(policies.size).toBeGreaterThan(10);
    for (const statements of policies.values()) {
      expect(statements.length).toBeGreaterThan(0);
      for (const { effect, actions } of statements) {
        expect(['Allow', 'Deny']).toContain(effect);
        expect(actions.length).toBeGreaterThan(0);
      }
    }
  });

  test('allows actions by name: no wildcard', () => {
    expect(allowing.filter(([, { actions }]) => actions.some((action) => action.includes('*')))).toEqual([]);
  });

  test('names its resources, but for actions that have none', () => {
    const open = allowing
      .filter(([, { resources }]) => resources.includes('*'))
      .flatMap(([, { actions }]) => actions)
      .filter(
        (action) =>
          !withoutResource.some((known) => (typeof known === 'string' ? known === action : known.test(action))),
      );
    expect(open).toEqual([]);
  });

  test('lets nobody in but AWS’s own services', () => {
    const principals = allowing.flatMap(([, { principal }]) => (principal === undefined ? [] : [principal]));
    expect(principals.length).toBeGreaterThan(0);
    for (const principal of principals) {
      expect(principal).toEqual({ Service: expect.stringMatching(/^[a-z-]+(\.[a-z]+)?\.amazonaws\.com$/) as string });
    }
  });
});

describe('a task', () => {
  const policies = policiesOf(everything);

  test('is started with its own image, log and secrets alone', () => {
    const resources = (policies.get('aws_iam_role_policy.execution_auth_service') ?? []).flatMap(
      (statement) => statement.resources,
    );
    expect(resources).toEqual([
      '${aws_ecr_repository.auth_service.arn}',
      '*',
      '${aws_cloudwatch_log_group.auth_service.arn}:*',
      '${aws_secretsmanager_secret.auth_service__DATABASE_URL.arn}',
      '${aws_secretsmanager_secret.auth_service__JWT_KEY.arn}',
      '${aws_kms_key.main.arn}',
    ]);
  });

  test('without secrets may read none', () => {
    const statements = policies.get('aws_iam_role_policy.execution_offers_service') ?? [];
    expect(
      statements.flatMap(({ actions }) => actions).filter((action) => action.startsWith('secretsmanager')),
    ).toEqual([]);
  });

  test('has no right of its own unless a shell in it is allowed', () => {
    const own = (config: Config) =>
      [...policiesOf(config).keys()].filter((address) => address.startsWith('aws_iam_role_policy.exec_'));
    expect(own({ ...everything, exec: false })).toEqual([]);
    expect(own(everything).length).toBeGreaterThan(0);
  });

  test('has roles that ECS alone takes, for this account', () => {
    expect(policies.get('aws_iam_role.task_auth_service')).toMatchObject([
      {
        principal: { Service: 'ecs-tasks.amazonaws.com' },
        condition: { StringEquals: { 'aws:SourceAccount': '${data.aws_caller_identity.current.account_id}' } },
      },
    ]);
  });
});

test('a site’s bucket is read by its own distribution alone, and by nobody without TLS', () => {
  expect(policiesOf(everything).get('aws_s3_bucket_policy.site_admin')).toMatchObject([
    {
      effect: 'Allow',
      actions: ['s3:GetObject'],
      principal: { Service: 'cloudfront.amazonaws.com' },
      condition: { StringEquals: { 'AWS:SourceArn': '${aws_cloudfront_distribution.admin.arn}' } },
    },
    { effect: 'Deny', condition: { Bool: { 'aws:SecureTransport': 'false' } } },
  ]);
});

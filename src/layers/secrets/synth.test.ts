import { describe, expect, test } from 'vitest';
import type { Config } from '../../config/config.js';
import { referencesIn } from '../../stack/expr.js';
import { refsOf } from '../../stack/refs.js';
import { expression, referencePath } from '../../stack/terraform-json.js';
import { configOf, nestService, smallPostgres, spaService, workerService } from '../../stack/testing/config.js';
import { emptyStack } from '../../stack/testing/stack.js';
import { secretsOf } from '../../stack/task-environment.js';
import { viewOf } from '../../stack/view.js';
import { synth } from './synth.js';

const viewFor = (given: Partial<Config>) => {
  const config = configOf(given);
  const { resources = [], data = [], ephemeral = [] } = synth(config, refsOf(config));
  return viewOf({ ...emptyStack, resources, data, ephemeral });
};

const services = [
  nestService('auth-service', { database: 'auth_db', secrets: ['JWT_KEY', 'SMTP_PASSWORD'] }),
  workerService('mailer', {
    secrets: ['SMTP_PASSWORD'],
    jobs: { tidy: { schedule: 'rate(1 day)', path: '/tidy', method: 'POST', timezone: 'UTC' } },
  }),
  spaService('admin'),
];
const redis = { nodeType: 'cache.t3.micro', replicas: 0 };
const view = viewFor({ services, postgres: smallPostgres, redis });

describe('secrets', () => {
  test('stand one by one under project, environment and service', () => {
    expect(view.all('aws_secretsmanager_secret').map(({ args }) => args.name)).toEqual([
      'shop/dev/kong/ORIGIN_VERIFY',
      'shop/dev/kong/ORIGIN_VERIFY_NEXT',
      'shop/dev/kong/WAKE_TOKEN',
      'shop/dev/shared/JOB_TOKEN',
      'shop/dev/shared/REDIS',
      'shop/dev/auth-service/DATABASE_URL',
      'shop/dev/kong/DATABASE_URL',
      'shop/dev/auth-service/JWT_KEY',
      'shop/dev/auth-service/SMTP_PASSWORD',
      'shop/dev/mailer/SMTP_PASSWORD',
    ]);
  });

  test('that a user set are kept for 30 days after deletion in production; else names are free at once', () => {
    const keptIn = (production: boolean) =>
      viewFor({ services, production, postgres: smallPostgres })
        .all('aws_secretsmanager_secret')
        .filter(({ args }) => args.recovery_window_in_days === 30)
        .map(({ name }) => name);
    expect(keptIn(true)).toEqual(['auth_service__JWT_KEY', 'auth_service__SMTP_PASSWORD', 'mailer__SMTP_PASSWORD']);
    expect(keptIn(false)).toEqual([]);
  });

  test('declared by a service get no value from the Stack: that is the user’s', () => {
    const versions = view.all('aws_secretsmanager_secret_version').map(({ name }) => name);
    expect(versions).toEqual([
      'kong__ORIGIN_VERIFY',
      'kong__ORIGIN_VERIFY_NEXT',
      'kong__WAKE_TOKEN',
      'shared__JOB_TOKEN',
      'shared__REDIS',
      'auth_service__DATABASE_URL',
      'kong__DATABASE_URL',
    ]);
  });

  test('of databases, Redis, jobs and waking are not there when nothing needs them', () => {
    expect(
      viewFor({ services: [nestService('api', { minInstances: 1 })] })
        .all('aws_secretsmanager_secret')
        .map(({ name }) => name),
    ).toEqual(['kong__ORIGIN_VERIFY', 'kong__ORIGIN_VERIFY_NEXT']);
  });
});

describe('a shared secret', () => {
  const sharing = [
    nestService('api', { secrets: ['shared/DSN', 'shared/KEY', 'KEY'], minInstances: 1 }),
    workerService('mailer', { secrets: ['shared/DSN'] }),
  ];

  test('stands once for all who name it', () => {
    const names = viewFor({ services: sharing }).all('aws_secretsmanager_secret');
    expect(names.map(({ args }) => args.name).filter((name) => !String(name).includes('/kong/'))).toEqual([
      'shop/dev/shared/DSN',
      'shop/dev/shared/KEY',
      'shop/dev/api/KEY',
    ]);
  });

  test('reaches each under its name; a service’s own beats it', () => {
    const [api] = sharing;
    const refs = refsOf(configOf({ services: sharing }));
    const given = api === undefined ? [] : secretsOf(refs, api);
    expect(given.map(({ name, valueFrom }) => [name, expression(valueFrom)])).toEqual([
      ['DSN', '${aws_secretsmanager_secret.shared__DSN.arn}'],
      ['KEY', '${aws_secretsmanager_secret.api__KEY.arn}'],
    ]);
  });
});

describe('values that are made', () => {
  test('are write-only, so that Terraform’s state never holds them', () => {
    for (const { args } of view.all('aws_secretsmanager_secret_version')) {
      expect(args.secret_string).toBeUndefined();
      expect(args.secret_string_wo_version).toBe(1);
      const { secret_string_wo, ...others } = args;
      expect(referencesIn(secret_string_wo).some(({ kind }) => kind === 'ephemeral')).toBe(true);
      expect(referencesIn(others).filter(({ kind }) => kind === 'ephemeral')).toEqual([]);
    }
  });

  test('of databases are whole URLs with TLS verified, a role and a password for each service', () => {
    const urls = view
      .all('aws_secretsmanager_secret_version')
      .filter(({ name }) => name.endsWith('__DATABASE_URL'))
      .map(({ args }) => expression(args.secret_string_wo));
    expect(urls).toMatchInlineSnapshot(`
      [
        "postgres://auth_service:\${ephemeral.aws_secretsmanager_random_password.auth_service__DATABASE_URL.random_password}@\${aws_db_instance.main.address}:\${aws_db_instance.main.port}/auth_db?sslmode=verify-full",
        "postgres://kong:\${ephemeral.aws_secretsmanager_random_password.kong__DATABASE_URL.random_password}@\${aws_db_instance.main.address}:\${aws_db_instance.main.port}/kong_db?sslmode=verify-full",
      ]
    `);
    const passwords = view.all('aws_secretsmanager_secret_version').flatMap(({ args }) =>
      referencesIn(args.secret_string_wo)
        .filter(({ kind }) => kind === 'ephemeral')
        .map(referencePath),
    );
    expect(new Set(passwords).size).toBe(7);
  });

  test('are long, and of letters and digits: URLs and the load balancer’s wildcards need no escaping', () => {
    const sources = synth(configOf({ services, postgres: smallPostgres, redis }), refsOf(configOf())).ephemeral ?? [];
    expect(sources).toHaveLength(7);
    for (const { args } of sources) {
      expect(args.exclude_punctuation).toBe(true);
      expect(Number(args.password_length)).toBeGreaterThanOrEqual(40);
    }
  });

  test('of X-Origin-Verify are read only after they were written', () => {
    const [read] = synth(configOf(), refsOf(configOf())).data ?? [];
    expect(read?.dependsOn).toEqual(['aws_secretsmanager_secret_version.kong__ORIGIN_VERIFY']);
  });
});

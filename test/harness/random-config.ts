import fc from 'fast-check';

/** Text that a template language, JSON, a shell or SQL might take for its own; no NUL, which no process can be given. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '${',
        '%{',
        '$${',
        '%%{',
        '}',
        '"',
        "'",
        '\\',
        '\n',
        '\t',
        '`',
        '$',
        '%',
        '${var.x}',
        '-- ',
        '🎉',
        '</',
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,7}(-[a-z0-9]{1,8}){0,2}$/).map((text) => `x${text}`);
const env = fc.dictionary(fc.stringMatching(/^APP_[A-Z0-9_]{1,10}$/), hostileText, { maxKeys: 3 });
const counts = fc.record(
  {
    tier: fc.constantFrom('micro', 'small', 'medium', 'large'),
    minInstances: fc.integer({ min: 1, max: 3 }),
    maxInstances: fc.integer({ min: 3, max: 20 }),
  },
  { requiredKeys: [] },
);
const jobs = fc.dictionary(name, fc.constant({ schedule: 'rate(5 minutes)', path: '/run?a=1' }), { maxKeys: 2 });

interface Kind {
  readonly type: 'nestjs' | 'nextjs' | 'spa' | 'worker';
  readonly fargate: boolean;
  readonly database: boolean;
  readonly redis: boolean;
  readonly jobs: Readonly<Record<string, object>>;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

const kind: fc.Arbitrary<Kind> = fc.record({
  type: fc.constantFrom('nestjs', 'nextjs', 'spa', 'worker'),
  fargate: fc.boolean(),
  database: fc.boolean(),
  redis: fc.boolean(),
  jobs,
  env,
  secrets: fc.uniqueArray(fc.stringMatching(/^SECRET_[A-Z]{1,8}$/), { maxLength: 2 }),
});

function service(key: string, index: number, one: Kind): object {
  const common = { type: one.type, path: `services/${key}`, env: one.env };
  if (one.type === 'spa') return { ...common, subdomain: `site${String(index)}`, outputDir: 'dist' };
  const task = {
    ...common,
    port: 3000 + index,
    redis: one.redis,
    jobs: one.jobs,
    secrets: one.secrets,
    ...(one.database && { database: `db_${String(index)}` }),
  };
  if (one.type === 'nestjs') return { ...task, routes: [{ path: `/p${String(index)}` }] };
  if (one.type === 'worker') return task;
  return { ...task, subdomain: `app${String(index)}`, runtime: one.fargate ? 'fargate' : 'app-runner' };
}

const waf = fc.record({
  count: fc.uniqueArray(fc.constantFrom('rate-limit', 'metadata-ssrf', 'SQLi_BODY', 'AWSManagedRulesSQLiRuleSet')),
  rules: fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^own-[a-z]{1,6}$/),
      action: fc.constantFrom('block', 'allow', 'count'),
      match: fc
        .tuple(
          fc.constantFrom('path', 'query', 'body'),
          hostileText.filter((text) => text.trim() !== ''),
        )
        .map(([field, text]) => ({ [field]: { contains: text } })),
    }),
    { selector: (one) => one.name, maxLength: 3 },
  ),
});

const environment = fc.record(
  {
    production: fc.boolean(),
    defaults: counts,
    nat: fc.constantFrom('gateway-per-az', 'gateway', 'instance'),
    gateway: fc.record({ database: fc.constantFrom('off', 'postgres') }),
    postgres: fc.constant({}),
    redis: fc.record({ replicas: fc.integer({ min: 0, max: 5 }) }),
    sleep: fc.record({ afterMinutes: fc.integer({ min: 1, max: 60 }) }),
    alarms: fc.constant({ email: 'ops@example.org' }),
    budgetUsd: fc.integer({ min: 1, max: 9999 }),
    exec: fc.boolean(),
    redirectDomains: fc.constant(['www.example.net', 'old.example.org']),
    waf,
  },
  { requiredKeys: [] },
);

/** A config that is right, of any shape; its environment is `dev`. */
export const randomConfig: fc.Arbitrary<object> = fc
  .record({
    project: name,
    services: fc.dictionary(name, kind, { minKeys: 1, maxKeys: 6 }),
    dev: environment,
    sleeps: fc.boolean(),
  })
  .map(({ project, services, dev, sleeps }) => ({
    project,
    region: 'eu-west-1',
    services: Object.fromEntries(Object.entries(services).map(([key, one], index) => [key, service(key, index, one)])),
    environments: {
      dev: {
        domain: 'dev.example.org',
        ...dev,
        ...(sleeps && { defaults: { ...dev.defaults, minInstances: 0 } }),
      },
    },
  }));

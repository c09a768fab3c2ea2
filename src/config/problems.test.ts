import { describe, expect, it } from 'vitest';
import { LandfallErrors } from '../base/errors.js';
import { configProblems, validateProject } from './problems.js';
import { designExample } from './testing/design-example.js';
import { edited } from './testing/edit.js';

type Changes = Readonly<Record<string, unknown>>;
type Row = readonly [what: string, changes: Changes, code: string, path: string, words: string];

const auth = 'services.auth-service';
const dev = 'environments.dev';
const nest = { type: 'nestjs', path: 'services/x', port: 4000 };
const rule = (match: object, action = 'block') => ({ [`${dev}.waf`]: { rules: [{ name: 'mine', action, match }] } });

const rows: readonly Row[] = [
  [
    'an unknown key at the top',
    { enviroments: {} },
    'CONFIG_UNKNOWN_KEY',
    'enviroments',
    'Did you mean "environments"?',
  ],
  [
    'an unknown key of a service',
    { [`${auth}.databse`]: 'x' },
    'CONFIG_UNKNOWN_KEY',
    `${auth}.databse`,
    'Did you mean "database"?',
  ],
  [
    'an unknown key of a route',
    { [`${auth}.routes`]: [{ path: '/auth', method: ['GET'] }] },
    'CONFIG_UNKNOWN_KEY',
    `${auth}.routes[0].method`,
    'Did you mean "methods"?',
  ],
  [
    'an unknown key of an environment',
    { [`${dev}.postgres.instanceclass`]: 'x' },
    'CONFIG_UNKNOWN_KEY',
    `${dev}.postgres.instanceclass`,
    '"instanceClass"',
  ],
  [
    'a size in a service',
    { [`${auth}.tier`]: 'small' },
    'CONFIG_UNKNOWN_KEY',
    `${auth}.tier`,
    'environments.<name>.services.auth-service',
  ],
  ['a missing key', { [`${auth}.port`]: undefined }, 'CONFIG_MISSING_KEY', `${auth}.port`, 'Port that it listens on'],
  [
    'a missing type',
    { [`${auth}.type`]: undefined },
    'CONFIG_MISSING_KEY',
    `${auth}.type`,
    'nestjs, nextjs, spa, worker',
  ],
  [
    'a missing subdomain',
    { 'services.web.subdomain': undefined },
    'CONFIG_MISSING_KEY',
    'services.web.subdomain',
    'app.example.com',
  ],
  ['a missing section', { environments: undefined }, 'CONFIG_MISSING_KEY', 'environments', 'The environments'],
  [
    'text for a number',
    { [`${auth}.port`]: '3001' },
    'CONFIG_WRONG_TYPE',
    `${auth}.port`,
    '"3001", not a whole number from 1 to 65535',
  ],
  ['null', { [`${auth}.database`]: null }, 'CONFIG_WRONG_TYPE', `${auth}.database`, 'null'],
  ['a fraction', { [`${auth}.port`]: 80.5 }, 'CONFIG_WRONG_TYPE', `${auth}.port`, '80.5, not a whole number'],
  [
    'a port out of range',
    { [`${auth}.port`]: 70000 },
    'CONFIG_INVALID_VALUE',
    `${auth}.port`,
    '70000, not a whole number from 1 to 65535',
  ],
  ['a list for an object', { services: [] }, 'CONFIG_WRONG_TYPE', 'services', 'an empty list'],
  ['a misspelt type', { [`${auth}.type`]: 'nestj' }, 'CONFIG_INVALID_VALUE', `${auth}.type`, 'Did you mean "nestjs"?'],
  [
    'a misspelt tier',
    { [`${dev}.defaults.tier`]: 'mirco' },
    'CONFIG_INVALID_VALUE',
    `${dev}.defaults.tier`,
    'Did you mean "micro"?',
  ],
  [
    'a method in lower case',
    { [`${auth}.routes`]: [{ path: '/auth', methods: ['get'] }] },
    'CONFIG_INVALID_VALUE',
    `${auth}.routes[0].methods[0]`,
    '"GET"',
  ],
  [
    'an account as a number',
    { [`${dev}.account`]: 111122223333 },
    'CONFIG_WRONG_TYPE',
    `${dev}.account`,
    '111122223333',
  ],
  ['an account’s alias', { [`${dev}.account`]: 'acme' }, 'CONFIG_INVALID_VALUE', `${dev}.account`, 'twelve digits'],
  ['a region', { region: 'frankfurt' }, 'CONFIG_INVALID_VALUE', 'region', 'eu-central-1'],
  ['no service', { services: {} }, 'CONFIG_EMPTY', 'services', 'at least one'],
  ['no environment', { environments: {} }, 'CONFIG_EMPTY', 'environments', '`dev`'],

  ['a project in capitals', { project: 'MyShop' }, 'CONFIG_INVALID_NAME', 'project', 'Call it "my-shop"'],
  ['a project that is too long', { project: 'a'.repeat(41) }, 'CONFIG_INVALID_NAME', 'project', 'at most 40'],
  ['a double hyphen', { 'services.a--b': nest }, 'CONFIG_INVALID_NAME', 'services.a--b', 'Call it "a-b"'],
  ['a digit first', { 'services.1st': nest }, 'CONFIG_INVALID_NAME', 'services["1st"]', 'Call it "st"'],
  ['a reserved service', { 'services.gateway': nest }, 'CONFIG_RESERVED_NAME', 'services.gateway', 'gateway-service'],
  [
    'an environment’s name',
    { 'environments.Test_1': { domain: 'test.example.com' } },
    'CONFIG_INVALID_NAME',
    'environments.Test_1',
    '"test-1"',
  ],

  [
    'an unknown call',
    { 'services.offers-service.calls': ['auth-servic'] },
    'CONFIG_UNKNOWN_SERVICE',
    'services.offers-service.calls[0]',
    'Did you mean "auth-service"?',
  ],
  ['a call to itself', { [`${auth}.calls`]: ['auth-service'] }, 'CONFIG_CALLS_ITSELF', `${auth}.calls[0]`, 'Remove it'],
  ['a call to a spa', { [`${auth}.calls`]: ['admin'] }, 'CONFIG_CALLS_UNREACHABLE', `${auth}.calls[0]`, 'bucket'],
  [
    'a call to App Runner',
    { [`${auth}.calls`]: ['web'] },
    'CONFIG_CALLS_UNREACHABLE',
    `${auth}.calls[0]`,
    'runtime` to "fargate"',
  ],
  [
    'a call to a worker without port',
    { 'services.w': { type: 'worker', path: 'w' }, [`${auth}.calls`]: ['w'] },
    'CONFIG_CALLS_UNREACHABLE',
    `${auth}.calls[0]`,
    'services.w.port',
  ],
  [
    'an override of an unknown service',
    { [`${dev}.services`]: { 'offer-service': {} } },
    'CONFIG_UNKNOWN_SERVICE',
    `${dev}.services.offer-service`,
    '"offers-service"',
  ],
  [
    'a call listed twice',
    { 'services.offers-service.calls': ['auth-service', 'auth-service'] },
    'CONFIG_DUPLICATE',
    'services.offers-service.calls[1]',
    'twice',
  ],

  [
    'two services on a port',
    { 'services.offers-service.port': 3001 },
    'CONFIG_PORT_TAKEN',
    'services.offers-service.port',
    '"auth-service" already has',
  ],
  [
    'two services on a database',
    { 'services.offers-service.database': 'auth_db' },
    'CONFIG_DATABASE_TAKEN',
    'services.offers-service.database',
    '"auth_db"',
  ],
  [
    'two front ends on a subdomain',
    { 'services.admin.subdomain': 'app' },
    'CONFIG_SUBDOMAIN_TAKEN',
    'services.admin.subdomain',
    '"web"',
  ],
  [
    'the subdomain of the API',
    { 'services.admin.subdomain': 'api' },
    'CONFIG_SUBDOMAIN_TAKEN',
    'services.admin.subdomain',
    'the API itself',
  ],
  [
    'a database in capitals',
    { [`${auth}.database`]: 'Auth' },
    'CONFIG_INVALID_VALUE',
    `${auth}.database`,
    'lower-case',
  ],
  [
    'a database of 64 bytes',
    { [`${auth}.database`]: 'a'.repeat(64) },
    'CONFIG_INVALID_VALUE',
    `${auth}.database`,
    '63',
  ],
  [
    'Kong’s database',
    { [`${auth}.database`]: 'kong_db' },
    'CONFIG_RESERVED_NAME',
    `${auth}.database`,
    'auth_service_db',
  ],

  [
    'one route in two services',
    { 'services.offers-service.routes': [{ path: '/auth' }] },
    'CONFIG_ROUTE_OVERLAP',
    'services.offers-service.routes[0].path',
    '"auth-service"',
  ],
  [
    'one route twice',
    { [`${auth}.routes`]: [{ path: '/auth' }, { path: '/auth', methods: ['GET'] }] },
    'CONFIG_ROUTE_OVERLAP',
    `${auth}.routes[1].path`,
    'GET /auth',
  ],
  [
    'a route without slash',
    { [`${auth}.routes`]: [{ path: 'auth' }] },
    'CONFIG_INVALID_VALUE',
    `${auth}.routes[0].path`,
    '`/offers`',
  ],
  [
    'a route with trailing slash',
    { [`${auth}.routes`]: [{ path: '/auth/' }] },
    'CONFIG_INVALID_VALUE',
    `${auth}.routes[0].path`,
    '"/auth/"',
  ],
  [
    'a route with a pattern',
    { [`${auth}.routes`]: [{ path: '/auth/(.*)' }] },
    'CONFIG_INVALID_VALUE',
    `${auth}.routes[0].path`,
    'no patterns',
  ],
  [
    'a route upwards',
    { [`${auth}.routes`]: [{ path: '/auth/../x' }] },
    'CONFIG_INVALID_VALUE',
    `${auth}.routes[0].path`,
    'no `..`',
  ],
  [
    'tokens that nobody issues',
    { [`${auth}.oidc`]: undefined },
    'CONFIG_JWT_WITHOUT_ISSUER',
    'services.offers-service.routes[0].auth',
    'oidc',
  ],
  [
    'a discovery path elsewhere',
    { [`${auth}.oidc.discovery`]: '/elsewhere' },
    'CONFIG_DISCOVERY',
    `${auth}.oidc.discovery`,
    '.well-known/*',
  ],

  [
    'least above most',
    { [`${dev}.services`]: { 'auth-service': { minInstances: 6 } } },
    'CONFIG_INSTANCES',
    `${dev}.services.auth-service.minInstances`,
    '6, above `maxInstances`, which is 4',
  ],
  [
    'most below the inherited least',
    {
      'environments.prod.defaults': { minInstances: 3 },
      'environments.prod.services': { 'auth-service': { maxInstances: 2 } },
    },
    'CONFIG_INSTANCES',
    'environments.prod.services.auth-service.maxInstances',
    '3, above',
  ],
  [
    'a gateway that sleeps',
    { [`${dev}.gateway`]: { minInstances: 0 } },
    'CONFIG_INVALID_VALUE',
    `${dev}.gateway.minInstances`,
    'wakes the other services',
  ],
  [
    'a front end that sleeps',
    { [`${dev}.services`]: { web: { minInstances: 0 } } },
    'CONFIG_ALWAYS_ON',
    `${dev}.services.web.minInstances`,
    'nothing would wake it',
  ],
  [
    'a service that sleeps while one that never sleeps calls it',
    {
      [`${dev}.defaults`]: { minInstances: 0, maxInstances: 4 },
      [`${dev}.services`]: { 'auth-service': { minInstances: 0 }, 'offers-service': { minInstances: 1 } },
    },
    'CONFIG_ALWAYS_ON',
    `${dev}.services.auth-service.minInstances`,
    '"offers-service", which never sleeps',
  ],
  [
    'how many requests are held where none is',
    { [`${dev}.wake`]: { maxHeld: 10 } },
    'CONFIG_NOT_APPLICABLE',
    `${dev}.wake.maxHeld`,
    'Set `mode` to "hold"',
  ],
  [
    'a tier of a spa',
    { [`${dev}.services`]: { admin: { tier: 'small' } } },
    'CONFIG_NOT_APPLICABLE',
    `${dev}.services.admin.tier`,
    'bucket',
  ],
  [
    'ARM on App Runner',
    { 'services.web.architecture': 'arm64' },
    'CONFIG_NOT_APPLICABLE',
    'services.web.architecture',
    '"fargate"',
  ],

  ['a variable’s name', { [`${auth}.env`]: { 'A-B': 'x' } }, 'CONFIG_INVALID_NAME', `${auth}.env.A-B`, 'underscores'],
  [
    'a variable of Landfall’s',
    { [`${auth}.env`]: { PORT: '1' } },
    'CONFIG_ENV_RESERVED',
    `${auth}.env.PORT`,
    'from `port`',
  ],
  [
    'a peer’s variable',
    { 'services.offers-service.env': { AUTH_SERVICE_URL: 'x' } },
    'CONFIG_ENV_RESERVED',
    'services.offers-service.env.AUTH_SERVICE_URL',
    '"auth-service"',
  ],
  [
    'a variable in an environment',
    { [`${dev}.services`]: { admin: { env: { API_URL: 'x' } } } },
    'CONFIG_ENV_RESERVED',
    `${dev}.services.admin.env.API_URL`,
    'API',
  ],
  [
    'a value that is no text',
    { [`${auth}.env`]: { LEVEL: 5 } },
    'CONFIG_WRONG_TYPE',
    `${auth}.env.LEVEL`,
    'a number (not shown), not text',
  ],
  ['a secret’s name', { [`${auth}.secrets`]: ['my key'] }, 'CONFIG_INVALID_VALUE', `${auth}.secrets[0]`, '"my key"'],
  [
    'a secret of Landfall’s',
    { [`${auth}.secrets`]: ['DATABASE_URL'] },
    'CONFIG_ENV_RESERVED',
    `${auth}.secrets[0]`,
    'from `database`',
  ],
  [
    'a variable that is a secret too',
    { [`${auth}.secrets`]: ['KEY'], [`${auth}.env`]: { KEY: 'x' } },
    'CONFIG_DUPLICATE',
    `${auth}.secrets[0]`,
    'both in `env` and in `secrets`',
  ],

  [
    'an instance class',
    { [`${dev}.postgres.instanceClass`]: 't3.micro' },
    'CONFIG_INVALID_VALUE',
    `${dev}.postgres.instanceClass`,
    '"t3.micro"',
  ],
  [
    'a node type',
    { [`${dev}.redis.nodeType`]: 'db.t3.micro' },
    'CONFIG_INVALID_VALUE',
    `${dev}.redis.nodeType`,
    'cache.t3.micro',
  ],
  [
    'a small disk',
    { [`${dev}.postgres.allocatedStorageGb`]: 10 },
    'CONFIG_INVALID_VALUE',
    `${dev}.postgres.allocatedStorageGb`,
    'from 20 to 65536',
  ],
  [
    'no backups',
    { [`${dev}.postgres.backupRetentionDays`]: 0 },
    'CONFIG_INVALID_VALUE',
    `${dev}.postgres.backupRetentionDays`,
    'would turn off backups',
  ],

  [
    'a domain with a scheme',
    { [`${dev}.domain`]: 'https://example.com' },
    'CONFIG_INVALID_VALUE',
    `${dev}.domain`,
    'without scheme',
  ],
  [
    'one domain twice',
    { [`${dev}.domain`]: 'example.com' },
    'CONFIG_DOMAIN_TAKEN',
    'environments.prod.domain',
    '"api.example.com" is already served by environment "dev"',
  ],
  [
    'a zone that does not hold it',
    { [`${dev}.hostedZone`]: 'example.org' },
    'CONFIG_HOSTED_ZONE',
    `${dev}.hostedZone`,
    '"dev.example.com"',
  ],
  [
    'a redirect from a name in use',
    { [`${dev}.redirectDomains`]: ['app.dev.example.com'] },
    'CONFIG_DOMAIN_TAKEN',
    `${dev}.redirectDomains[0]`,
    'itself',
  ],
  [
    'a name too long for a certificate',
    { [`${dev}.domain`]: `${'a'.repeat(60)}.example.com` },
    'CONFIG_INVALID_VALUE',
    `${dev}.domain`,
    'at most 64',
  ],
  [
    'credentials for every origin',
    { [`${dev}.gateway`]: { cors: { origins: ['*'] } } },
    'CONFIG_CORS_CREDENTIALS',
    `${dev}.gateway.cors.origins[0]`,
    'credentials',
  ],
  [
    'a body size without unit',
    { [`${dev}.gateway`]: { maxBodySize: 10 } },
    'CONFIG_WRONG_TYPE',
    `${dev}.gateway.maxBodySize`,
    '`1mb`',
  ],
  [
    'a body size in another unit',
    { [`${dev}.gateway`]: { maxBodySize: '10gb' } },
    'CONFIG_INVALID_VALUE',
    `${dev}.gateway.maxBodySize`,
    '"10gb"',
  ],
  [
    'an e-mail address',
    { [`${dev}.alarms`]: { email: 'ops' } },
    'CONFIG_INVALID_VALUE',
    `${dev}.alarms.email`,
    'ops@example.com',
  ],
  ['a budget', { [`${dev}.budgetUsd`]: -1 }, 'CONFIG_INVALID_VALUE', `${dev}.budgetUsd`, 'above 0'],
  [
    'an override that is no function',
    { [`${dev}.override`]: {} },
    'CONFIG_WRONG_TYPE',
    `${dev}.override`,
    'a function of the stack',
  ],

  [
    'a Unix cron line',
    { [`${auth}.jobs`]: { tidy: { schedule: 'cron(0 3 * * *)', path: '/x' } } },
    'CONFIG_SCHEDULE',
    `${auth}.jobs.tidy.schedule`,
    '5 fields instead of 6',
  ],
  [
    'both days',
    { [`${auth}.jobs`]: { tidy: { schedule: 'cron(0 3 * * * *)', path: '/x' } } },
    'CONFIG_SCHEDULE',
    `${auth}.jobs.tidy.schedule`,
    'must be `?`',
  ],
  [
    'a rate for sleep',
    { [`${dev}.sleep`]: { schedule: { sleep: 'rate(1 day)', wake: 'cron(0 7 ? * MON-FRI *)' } } },
    'CONFIG_SCHEDULE',
    `${dev}.sleep.schedule.sleep`,
    'not `cron(…)`',
  ],
  [
    'a time zone',
    { [`${dev}.sleep`]: { timezone: 'Europe/Berln' } },
    'CONFIG_TIMEZONE',
    `${dev}.sleep.timezone`,
    'Did you mean "Europe/Berlin"?',
  ],
  [
    'a name that AWS keeps for itself',
    { project: 'internal' },
    'CONFIG_INVALID_NAME',
    'project',
    'start with "internal-"',
  ],
  [
    'environments whose names meet',
    {
      'services.eu-auth': { ...nest, port: 4700 },
      'services.auth': { ...nest, port: 4701 },
      'environments.dev-eu': { domain: 'dev-eu.example.net' },
    },
    'CONFIG_INVALID_NAME',
    'environments.dev-eu',
    '"dev-eu-auth"',
  ],
  ['a region of another partition', { region: 'cn-north-1' }, 'CONFIG_REGION', 'region', 'partition of its own'],
  ['a region without App Runner', { region: 'eu-north-1' }, 'CONFIG_REGION', 'services.web.runtime', '"fargate"'],
  [
    'more services than a load balancer takes',
    Object.fromEntries(
      Array.from({ length: 97 }, (_, index) => [`services.s${String(index)}`, { ...nest, port: 5000 + index }]),
    ),
    'CONFIG_QUOTA',
    'services',
    'takes 100',
  ],
  [
    'more instances than App Runner runs',
    { [`${dev}.services`]: { web: { maxInstances: 26 } } },
    'CONFIG_QUOTA',
    `${dev}.services.web.maxInstances`,
    'at most 25',
  ],
  [
    'a migration on App Runner',
    { 'services.web.migrate': 'node migrate.js' },
    'CONFIG_NOT_APPLICABLE',
    'services.web.migrate',
    'services.web.runtime',
  ],
  [
    'a job of a worker without port',
    { 'services.w': { type: 'worker', path: 'w', jobs: { a: { schedule: 'rate(1 day)', path: '/x' } } } },
    'CONFIG_JOB_WITHOUT_PORT',
    'services.w.jobs.a',
    'services.w.port',
  ],

  [
    'an address range',
    rule({ ipSet: ['10.0.0.1'] }),
    'CONFIG_INVALID_VALUE',
    `${dev}.waf.rules[0].match.ipSet[0]`,
    '"10.0.0.1"',
  ],
  ['a country', rule({ countries: ['UK'] }), 'CONFIG_INVALID_VALUE', `${dev}.waf.rules[0].match.countries[0]`, '`GB`'],
  ['no condition', rule({}), 'CONFIG_WAF_RULE', `${dev}.waf.rules[0].match`, 'every request'],
  [
    'two comparisons',
    rule({ path: { contains: 'a', equals: 'b' } }),
    'CONFIG_WAF_RULE',
    `${dev}.waf.rules[0].match.path`,
    'exactly one',
  ],
  [
    'a rule with the name of a built-in one',
    { [`${dev}.waf`]: { rules: [{ name: 'metadata-ssrf', action: 'block', match: { countries: ['DE'] } }] } },
    'CONFIG_RESERVED_NAME',
    `${dev}.waf.rules[0].name`,
    'Rename',
  ],
  [
    'a rule with the name of one of AWS',
    { [`${dev}.waf`]: { rules: [{ name: 'SQLi_BODY', action: 'block', match: { countries: ['DE'] } }] } },
    'CONFIG_RESERVED_NAME',
    `${dev}.waf.rules[0].name`,
    'Rename',
  ],
  [
    'a counted rule that is not there',
    { [`${dev}.waf`]: { count: ['CrossSiteScripting_body'] } },
    'CONFIG_INVALID_VALUE',
    `${dev}.waf.count[0]`,
    'Did you mean "CrossSiteScripting_BODY"?',
  ],
  [
    'a rule that is counted twice',
    { [`${dev}.waf`]: { count: ['rate-limit', 'SQLi_BODY', 'rate-limit'] } },
    'CONFIG_DUPLICATE',
    `${dev}.waf.count[2]`,
    '"rate-limit"',
  ],
  [
    'a text of more bytes than WAF takes',
    rule({ path: { contains: 'é'.repeat(101) } }),
    'CONFIG_INVALID_VALUE',
    `${dev}.waf.rules[0].match.path.contains`,
    '200 bytes',
  ],
  [
    'a header name that the provider refuses',
    rule({ header: { name: 'x'.repeat(41), equals: 'a' } }),
    'CONFIG_INVALID_VALUE',
    `${dev}.waf.rules[0].match.header.name`,
    '40 letters',
  ],
  ...['(?=a)', '(?<!a)b', '(a)\\1', '(?<n>a)', '\\Aa', '\\p{L}', 'a{1001}', '(?>a)'].map((regex): Row => [
    `the expression ${regex}`,
    rule({ path: { regex } }),
    'CONFIG_WAF_RULE',
    `${dev}.waf.rules[0].match.path.regex`,
    'not one that WAF takes',
  ]),
  ['an expression', rule({ path: { regex: '(' } }), 'CONFIG_WAF_RULE', `${dev}.waf.rules[0].match.path.regex`, '"("'],
  [
    'an allowing rate',
    rule({ rate: { requests: 100 } }, 'allow'),
    'CONFIG_WAF_RULE',
    `${dev}.waf.rules[0].action`,
    'block or count',
  ],
  ['an absolute path', { [`${auth}.path`]: '/srv/auth' }, 'CONFIG_INVALID_VALUE', `${auth}.path`, 'relative'],
  [
    'an output outside',
    { 'services.admin.outputDir': '../dist' },
    'CONFIG_INVALID_VALUE',
    'services.admin.outputDir',
    'inside the service',
  ],
];

describe('configProblems', () => {
  it('finds nothing in the example of the design', () => {
    expect(configProblems(designExample)).toEqual([]);
  });

  it.each(['^/(?:api|admin)/\\d{2,4}$', '\\(\\?=', '[(?=]', '\\\\k', 'a\\-b\\/c'])(
    'takes the expression %s',
    (regex) => {
      expect(configProblems(edited(designExample, rule({ path: { regex } })))).toEqual([]);
    },
  );

  it.each(rows)('reports %s', (_what, changes, code, path, words) => {
    const problems = configProblems(edited(designExample, changes));
    const found = problems.find((problem) => problem.code === code && problem.path === path);
    expect(found, JSON.stringify(problems, null, 1)).toBeDefined();
    expect(`${found?.message ?? ''} ${found?.fix ?? ''}`).toContain(words);
  });

  /** These break others too: a service that is gone is unknown elsewhere. */
  const entangled = [
    'a list for an object',
    'no service',
    'a double hyphen',
    'a digit first',
    'a missing type',
    'a missing section',
  ];

  it.each(rows.filter(([what]) => !entangled.includes(what)))('reports nothing else for %s', (_what, changes) => {
    expect(configProblems(edited(designExample, changes))).toHaveLength(1);
  });

  it.each([null, undefined, 3, 'x', [], () => 1])('does not break on %s', (input) => {
    expect(configProblems(input)).not.toEqual([]);
  });

  it('reads keys named like an object’s own', () => {
    const input: unknown = JSON.parse(
      '{"project":"shop","region":"eu-central-1","services":{"__proto__":{},"constructor":{}},"environments":{}}',
    );
    expect(configProblems(input).map(({ path }) => path)).toContain('services.constructor.type');
    expect(configProblems(input).map(({ path }) => path)).toContain('services.__proto__');
  });

  it('never shows the value of an environment variable', () => {
    const input = edited(designExample, { 'services.admin.env': { KEY: { a: 's3cret' }, B: 's3cret\0' } });
    expect(JSON.stringify(configProblems(input))).not.toContain('s3cret');
  });
});

describe('a file with many mistakes', () => {
  const broken = edited(designExample, {
    project: 'Shop!',
    region: 'europe',
    'services.auth-service.type': 'nest',
    'services.auth-service.port': '3001',
    'services.auth-service.databse': 'x',
    'services.offers-service.calls': ['auth'],
    'services.offers-service.env': { PORT: '1' },
    'services.web.subdomain': undefined,
    'services.admin.subdomain': 'api',
    'environments.dev.defaults.tier': 'tiny',
    'environments.dev.gateway': { minInstances: 0 },
    'environments.prod.postgres.backupRetentionDays': 0,
  });

  it('has them all reported, in the order of the file', () => {
    expect(configProblems(broken).map(({ code, path }) => `${code} ${path ?? ''}`)).toMatchInlineSnapshot(`
      [
        "CONFIG_INVALID_NAME project",
        "CONFIG_INVALID_VALUE region",
        "CONFIG_INVALID_VALUE services.auth-service.type",
        "CONFIG_WRONG_TYPE services.auth-service.port",
        "CONFIG_UNKNOWN_KEY services.auth-service.databse",
        "CONFIG_UNKNOWN_SERVICE services.offers-service.calls[0]",
        "CONFIG_ENV_RESERVED services.offers-service.env.PORT",
        "CONFIG_MISSING_KEY services.web.subdomain",
        "CONFIG_SUBDOMAIN_TAKEN services.admin.subdomain",
        "CONFIG_INVALID_VALUE environments.dev.defaults.tier",
        "CONFIG_INVALID_VALUE environments.dev.gateway.minInstances",
        "CONFIG_INVALID_VALUE environments.prod.postgres.backupRetentionDays",
      ]
    `);
  });

  it('is refused with all of them', () => {
    expect(() => validateProject(broken)).toThrow(LandfallErrors);
  });
});

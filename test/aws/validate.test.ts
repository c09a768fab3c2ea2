import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noLift, removeLift, writeLift } from '../../src/deploy/run/lift.js';
import { Expr } from '../../src/stack/expr.js';
import { writeTerraformJson } from '../../src/stack/terraform-json.js';
import { randomConfig } from '../harness/random-config.js';
import { exampleConfig, filesOf, synthesisOf } from '../harness/stacks.js';
import { findTerraform, openWorkbench, requireOnCi, type Workbench } from '../harness/terraform.js';
import { hostile, singleService } from '../shop/rows/terraform.js';

const terraform = await findTerraform();
requireOnCi('terraform', terraform);

const shop = await exampleConfig('shop');
const full = await exampleConfig('full');
const service = (port: number, more: object = {}) => ({
  type: 'nestjs',
  path: 'x',
  port,
  routes: [{ path: `/p${String(port)}` }],
  ...more,
});
const many = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `service-${String(index)}`,
      service(3000 + index, { database: `db_${String(index)}` }),
    ]),
  );
const project = (services: object, environment: object = {}) => ({
  project: 'tiny',
  region: 'eu-west-1',
  services,
  environments: { dev: { domain: 'tiny.example.org', ...environment } },
});
const longName = 'a'.repeat(40);

const site = (subdomain: string) => ({ type: 'spa', path: 'x', subdomain, outputDir: 'dist' });
const app = (runtime: string) => ({ type: 'nextjs', path: 'x', subdomain: 'app', runtime, port: 3100 });
const worker = { type: 'worker', path: 'x', redis: true };
const job = { schedule: 'rate(5 minutes)', path: '/tidy?all=${yes}&q="x"' };

const variants: Readonly<Record<string, readonly [input: unknown, environment: string]>> = {
  'the shop, dev': [shop, 'dev'],
  'the shop, prod': [shop, 'prod'],
  'the full example, dev': [full, 'dev'],
  'the full example, prod': [full, 'prod'],
  'one service without front end, database or cache': [singleService, 'dev'],
  'a database and no cache': [project(many(1)), 'dev'],
  'a cache and no database': [project({ api: service(3000, { redis: true }) }, { redis: { replicas: 2 } }), 'dev'],
  'no Next.js and no site': [project({ ...many(1), worker }), 'dev'],
  'two sites': [project({ ...many(1), one: site('one'), two: site('two') }), 'dev'],
  'Next.js on App Runner': [project({ ...many(1), web: app('app-runner') }), 'dev'],
  'Next.js on Fargate': [project({ ...many(1), web: app('fargate') }), 'dev'],
  'a worker': [project({ worker }), 'dev'],
  'jobs of every kind of service': [
    project({
      api: service(3000, { jobs: { tidy: job } }),
      web: { ...app('app-runner'), jobs: { tidy: job } },
      worker: { ...worker, port: 3002, jobs: { tidy: job } },
    }),
    'dev',
  ],
  'own WAF rules with hostile text': [
    project(many(1), {
      waf: {
        count: ['AWSManagedRulesSQLiRuleSet', 'CrossSiteScripting_BODY'],
        rules: [
          { name: 'quotes', action: 'block', match: { body: { contains: 'a "quoted" ${value} %{x}' } } },
          { name: 'regex', action: 'count', match: { query: { regex: '^\\$\\{[a-z]+\\}$' } } },
          {
            name: 'all',
            action: 'block',
            match: {
              ipSet: ['203.0.113.0/24', '2001:db8::/32'],
              countries: ['DE', 'FR'],
              path: { startsWith: '/a' },
              header: { name: 'x-thing', equals: "it's" },
              rate: { requests: 100, perMinutes: 1 },
            },
          },
        ],
      },
    }),
    'dev',
  ],
  'names of 40 characters': [
    {
      ...project({
        [longName]: service(3000, { database: 'db', redis: true, jobs: { [longName]: job } }),
        ['b'.repeat(40)]: { ...app('app-runner'), subdomain: 'app' },
        ['c'.repeat(40)]: site('spa'),
        ['d'.repeat(40)]: worker,
      }),
      project: longName,
    },
    'dev',
  ],
  'ten services': [project(many(10)), 'dev'],
  'sixty services that call each other': [
    project(
      Object.fromEntries(
        Object.entries(many(60)).map(([name, one], index, all) => [
          name,
          { ...one, calls: [all[(index + 1) % all.length]?.[0]] },
        ]),
      ),
      { defaults: { minInstances: 0 } },
    ),
    'dev',
  ],
  'as many services as a load balancer takes': [project(many(98), { defaults: { minInstances: 0 } }), 'dev'],
  'one NAT gateway, secrets, spot, exec': [
    project(
      { api: service(3000, { secrets: ['STRIPE_KEY', 'Other_1'] }) },
      { nat: 'gateway', exec: true, services: { api: { spot: true } } },
    ),
    'dev',
  ],
  'a NAT instance': [project(many(1), { nat: 'instance' }), 'dev'],
  'Kong with a database, rate limit, redirects, schedule, alarms, budget': [
    project(
      { ...many(1), web: app('fargate') },
      {
        gateway: { database: 'postgres', rateLimit: { requestsPerMinute: 60 } },
        defaults: { minInstances: 0 },
        redirectDomains: ['www.example.net', 'example.net', 'old.tiny.example.org'],
        sleep: { schedule: { sleep: 'cron(0 20 ? * MON-FRI *)', wake: 'cron(0 7 ? * MON-FRI *)' } },
        alarms: { email: 'ops@example.org' },
        budgetUsd: 10,
      },
    ),
    'dev',
  ],
};

describe.skipIf(terraform === undefined)(`terraform ${terraform?.version ?? '(skipped: absent)'} validate`, () => {
  let bench: Workbench;

  beforeAll(async () => {
    if (terraform !== undefined) bench = await openWorkbench(terraform);
  });

  afterAll(() => bench.close());

  for (const [name, [input, environment]] of Object.entries(variants)) {
    test(`accepts ${name}`, () => bench.validate(filesOf(input, environment)));
  }

  test.each(['dev', 'prod'])('accepts what infra:destroy lays beside the full example, %s', async (environment) => {
    await writeLift(bench.folder, synthesisOf(full, environment).stack, noLift);
    try {
      await bench.validate(filesOf(full, environment));
    } finally {
      await removeLift(bench.folder);
    }
  });

  // The seed is fixed, so that a run can be repeated; test/unit/random-config.test.ts draws afresh.
  for (const [index, input] of fc.sample(randomConfig, { seed: 7, numRuns: 6 }).entries()) {
    test(`accepts random config ${String(index + 1)}`, () => bench.validate(filesOf(input, 'dev')));
  }
});

describe.skipIf(terraform === undefined)('terraform reads strings as they were written', () => {
  test('hostile strings, alone, as keys and beside references', async () => {
    if (terraform === undefined) return;
    const folder = await mkdtemp(join(tmpdir(), 'landfall-strings-'));
    const strings = [hostile, '$${x}', '$$${x}', '%%{x}', '$', '%', '${', 'a$', 'a%', '$%{', '"\\${x}'];
    const value = (text: string) => new Expr<string>([text, { kind: 'var', target: 'middle', path: [] }, text]);
    const stack = {
      project: 'p',
      environment: 'e',
      region: 'eu-west-1',
      resources: [],
      data: [],
      ephemeral: [],
      variables: [{ name: 'middle', description: hostile }],
      outputs: strings.flatMap((text, index) => [
        { name: `alone_${String(index)}`, description: 'x', value: text },
        { name: `beside_${String(index)}`, description: 'x', value: value(text) },
      ]),
    };
    try {
      await writeFile(join(folder, 'main.tf.json'), writeTerraformJson(stack));
      await terraform.run(folder, 'init', '-input=false');
      await terraform.run(folder, 'apply', '-auto-approve', '-input=false', '-var', 'middle=<>');
      const outputs = JSON.parse(await terraform.run(folder, 'output', '-json')) as Record<
        string,
        { readonly value: string }
      >;
      for (const [index, text] of strings.entries()) {
        expect(outputs[`alone_${String(index)}`]?.value).toBe(text);
        expect(outputs[`beside_${String(index)}`]?.value).toBe(`${text}<>${text}`);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

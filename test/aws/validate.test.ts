import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.js';
import { validateProject } from '../../src/config/problems.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { layers } from '../../src/layers/registry.js';
import { Expr } from '../../src/stack/expr.js';
import { artifactFiles, synthesise } from '../../src/stack/synth.js';
import { writeTerraformJson } from '../../src/stack/terraform-json.js';
import { findTerraform, openWorkbench, requireOnCi, type Workbench } from '../harness/terraform.js';
import { hostile, singleService } from '../shop/rows/terraform.js';
import { shopSource } from '../shop/shop.js';

const terraform = await findTerraform();
requireOnCi('terraform', terraform);

const filesOf = (input: unknown, environment: string) =>
  artifactFiles(synthesise(resolveConfig(validateProject(input), environment), layers));

const shop = (await loadConfig({ cwd: shopSource })).input;
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

const variants: Readonly<Record<string, readonly [input: unknown, environment: string]>> = {
  'the shop, dev': [shop, 'dev'],
  'the shop, prod': [shop, 'prod'],
  'one service without front end or database': [singleService, 'dev'],
  'two sites': [
    project({
      ...many(1),
      one: { type: 'spa', path: 'x', subdomain: 'one', outputDir: 'dist' },
      two: { type: 'spa', path: 'x', subdomain: 'two', outputDir: 'dist' },
    }),
    'dev',
  ],
  'names of 40 characters': [
    { ...project({ [longName]: service(3000, { database: 'db' }) }), project: longName },
    'dev',
  ],
  'ten services': [project(many(10)), 'dev'],
  'sixty services': [project(many(60)), 'dev'],
  'one NAT gateway, secrets, spot, exec': [
    project(
      { api: service(3000, { secrets: ['STRIPE_KEY', 'Other_1'] }) },
      { nat: 'gateway', exec: true, services: { api: { spot: true } } },
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

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../config/load.js';
import { validateProject } from '../../config/problems.js';
import { resolveConfig } from '../../config/resolve.js';
import * as api from '../../index.js';
import type { Io } from '../io.js';
import { run } from '../main.js';
import { terminalPrompts, type Prompts } from '../prompts.js';
import { withIgnored } from './config-text.js';
import { serviceName } from './detect.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-init-'));
  const packages = {
    '.': { name: 'shop', workspaces: ['services/*', 'apps/*'], private: true },
    'services/Offers_Service': { name: '@shop/offers', dependencies: { '@nestjs/core': '11' } },
    'apps/web': { name: '@shop/web', dependencies: { next: '15', vite: '7' } },
    'apps/admin': { name: '@shop/admin', devDependencies: { vite: '7' } },
    'apps/nothing': { name: '@shop/nothing' },
  };
  for (const [path, content] of Object.entries(packages)) {
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, 'package.json'), JSON.stringify({ version: '1.0.0', ...content }));
  }
  await writeFile(join(folder, 'package-lock.json'), '{}');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a command line in the folder. */
async function landfall(
  args: readonly string[],
  prompts: Prompts = terminalPrompts(false, new AbortController().signal),
) {
  let text = '';
  const io: Io = {
    cwd: folder,
    env: {},
    out: (more) => (text += more),
    err: (more) => (text += more),
    isTerminal: false,
    color: false,
    signal: new AbortController().signal,
    readInput: () => Promise.resolve(''),
    prompts,
  };
  return { code: await run(args, io), text };
}

test('writes a config with the services that it finds, which Landfall loads; git ignores what must not be kept', async () => {
  const { code, text } = await landfall([
    'init',
    '--project',
    'shop',
    '--region',
    'eu-west-1',
    '--domain',
    'dev.example.com',
  ]);
  expect(text).toContain('admin, web, offers-service');
  expect(code).toBe(0);
  expect(await readFile(join(folder, 'landfall.config.ts'), 'utf8')).toMatchInlineSnapshot(`
    "import { defineProject } from 'landfall';

    export default defineProject({
      project: 'shop',
      region: 'eu-west-1',
      services: {
        admin: { type: 'spa', path: 'apps/admin', subdomain: 'admin', outputDir: 'dist' },
        web: { type: 'nextjs', path: 'apps/web', port: 3002, subdomain: 'web', runtime: 'fargate' },
        'offers-service': { type: 'nestjs', path: 'services/Offers_Service', port: 3003, routes: [ { path: '/offers-service' } ] },
      },
      environments: {
        dev: {
          domain: 'dev.example.com',
          defaults: { tier: 'micro', minInstances: 0, maxInstances: 2 },
        },
      },
    });
    "
  `);
  expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('.landfall/\n.secrets.*\n');
  const { input } = await loadConfig({ cwd: folder, file: undefined, landfall: api });
  const { services } = resolveConfig(validateProject(input), 'dev', {});
  expect(services.map(({ name, type }) => [name, type])).toEqual([
    ['admin', 'spa'],
    ['offers-service', 'nestjs'],
    ['web', 'nextjs'],
  ]);
});

test('never overwrites a config, and asks for nothing where nobody can answer', async () => {
  expect((await landfall(['init'])).text).toContain('--domain');
  await writeFile(join(folder, 'landfall.config.json'), '{}');
  const { code, text } = await landfall(['init', '--domain', 'dev.example.com']);
  expect(code).toBe(1);
  expect(text).toContain('never overwritten');
});

test('asks at a terminal, and takes the services that are chosen', async () => {
  const prompts: Prompts = {
    available: true,
    confirm: () => Promise.resolve(true),
    secret: () => Promise.resolve(''),
    text: (question, standard) => Promise.resolve(question.startsWith('Domain') ? 'dev.example.org' : (standard ?? '')),
    choose: () => Promise.resolve(['web']),
  };
  expect((await landfall(['init'], prompts)).code).toBe(0);
  const config = await readFile(join(folder, 'landfall.config.ts'), 'utf8');
  expect(config).toContain("domain: 'dev.example.org'");
  expect(config).not.toContain('offers');
});

test('a service’s name is made of what a name may hold', () => {
  expect(serviceName('Offers_Service')).toBe('offers-service');
  expect(serviceName('2fa.Web')).toBe('fa-web');
  expect(serviceName('___')).toBe('app');
});

test('.gitignore gets the lines that lack, and keeps its own', () => {
  expect(withIgnored('node_modules')).toBe('node_modules\n.landfall/\n.secrets.*\n');
  expect(withIgnored('.landfall/\n.secrets.*\n')).toBe('.landfall/\n.secrets.*\n');
});

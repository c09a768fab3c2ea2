import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLinesWith, filesWith, plantedIn } from '../harness/planted.js';
import { landfall, landfallJson } from '../shop/landfall.js';

const planted = 'planted "quoted" ${value}\nsecond line';
const local = ['--env', 'dev', '--local'];
let folder: string;

/** A service that tells its secret's length, and migrates by a command of its own. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-operations-'));
  await mkdir(join(folder, 'api'));
  const server = `const value = process.env.KEY ?? '';
console.log('started with ' + value.length);
require('node:http').createServer((_, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1');`;
  await writeFile(join(folder, 'api', 'server.cjs'), server);
  await writeFile(join(folder, 'api', 'migrate.cjs'), `console.log('migrating with ' + process.env.KEY.length);`);
  const api = {
    type: 'nestjs',
    path: 'api',
    port: 3000,
    routes: [{ path: '/' }],
    start: 'node server.cjs',
    migrate: 'node migrate.cjs',
    secrets: ['KEY'],
  };
  const config = {
    project: 'ops',
    region: 'eu-west-1',
    services: { api },
    environments: { dev: { domain: 'ops.example.org' } },
  };
  await writeFile(join(folder, 'landfall.config.json'), JSON.stringify(config));
});

afterAll(async () => {
  await landfall(folder, ['infra:destroy', ...local]);
  await rm(folder, { recursive: true, force: true });
});

test('a secret is pushed before the first deploy; a changed one restarts its service; its value stands nowhere', async () => {
  await writeFile(join(folder, '.secrets.dev'), 'KEY=first');
  const pushed = await landfallJson<{ changed: string[] }>(folder, ['secrets:push', ...local]);
  expect(pushed.changed).toEqual(['api/KEY']);
  await rm(join(folder, '.secrets.dev'));
  await landfallJson(folder, ['infra:deploy', ...local, '--port-base', '4950']);

  const set = await landfall(folder, ['secrets:set', 'api/KEY', ...local, '--json'], { input: planted });
  expect(JSON.parse(set.stdout)).toMatchObject({ changed: true, restarted: ['api'] });
  const logs = await landfall(folder, ['infra:logs', 'api', ...local, '--filter', 'started']);
  expect(logs.stdout).toContain(`started with ${String(planted.length)}`);
  const again = await landfall(folder, ['secrets:set', 'api/KEY', ...local, '--json'], { input: planted });
  expect(JSON.parse(again.stdout)).toMatchObject({ changed: false, restarted: [] });

  expect(await filesWith(folder, [planted])).toEqual([]);
  expect(plantedIn(set.stdout + set.stderr + logs.stdout, [planted])).toEqual([]);
  expect(await commandLinesWith(['planted "quoted"'])).toEqual([]);
  const revealed = await landfall(folder, ['secrets:get', 'api/KEY', ...local, '--reveal']);
  expect(revealed.stdout).toBe(`${planted}\n`);
});

test('db:migrate runs the command as a task of its own, with the service’s environment', async () => {
  const { code, stdout, stderr } = await landfall(folder, ['db:migrate', ...local, '--json']);
  expect(code, stdout + stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ migrations: [{ service: 'api' }] });
});

test('secrets:rotate gives a generated value anew, and everything that knows it', async () => {
  const reveal = async () =>
    (await landfall(folder, ['secrets:get', 'kong/ORIGIN_VERIFY', ...local, '--reveal'])).stdout;
  const before = await reveal();
  expect(await edgeStatus()).toBe(200);
  const { rotated } = await landfallJson<{ rotated: string[] }>(folder, ['secrets:rotate', ...local]);
  expect(rotated).toContain('kong/ORIGIN_VERIFY');
  expect(await reveal()).not.toBe(before);
  expect(await edgeStatus()).toBe(200);
});

/** What the API answers through the edge, whose header the load balancer checks. */
async function edgeStatus(): Promise<number> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false, servername: 'api.ops.localhost' } });
  const headers = { host: 'api.ops.localhost:4950', 'user-agent': 'operations-test' };
  const response = await request('https://127.0.0.1:4950/', { headers, dispatcher });
  await response.body.dump();
  await dispatcher.close();
  return response.statusCode;
}

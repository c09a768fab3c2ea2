import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAws } from '../shared/testing/aws.js';
import { ecsOperations } from './testing/fleet.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const names = ['database-init', 'wake-up', 'job-invoker'] as const;
let folder: string;

const bundleInto = (name: string) =>
  run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--functions', join(folder, name)]);
const fileOf = (name: string, build = 'one') => join(folder, build, `${name}.mjs`);

/** Runs a line of code on a Node of its own, as Lambda would load the bundle. @returns what it prints */
async function evaluate(name: string, code: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(fileOf(name)).href)}); ${code}`;
  const { stdout } = await run(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    env: { ...process.env, ...env },
  });
  return stdout.trim();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-bundles-'));
  await mkdir(join(folder, 'one'));
  // Lambda brings the SDK; here it is this repository's.
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await Promise.all(['one', 'two'].map(bundleInto));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(names)('%s has the same bytes in each build, and a handler', async (name) => {
  expect(await readFile(fileOf(name))).toEqual(await readFile(fileOf(name, 'two')));
  expect(await evaluate(name, 'console.log(typeof handler)')).toBe('function');
});

test.each(['wake-up', 'job-invoker'])('%s is small, so that it starts at once', async (name) => {
  expect((await stat(fileOf(name))).size).toBeLessThan(20_000);
});

test('wake-up does its work from its variables alone', async () => {
  const services = { a: { desiredCount: 0 }, b: { desiredCount: 2 } };
  const aws = await startAws({ ...ecsOperations(services), PutMetricData: () => ({}) });
  const printed = await evaluate('wake-up', "await handler({ action: 'wake' })", {
    AWS_ENDPOINT_URL: aws.client.endpoint,
    AWS_REGION: aws.client.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    CLUSTER: 'shop-dev',
    STACK: 'shop-dev',
    TOKEN_SECRET_ARN: 'arn',
  }).finally(() => aws.stop());
  expect(JSON.parse(printed)).toEqual({ event: 'wake', woken: ['a'], awake: 1, failed: [] });
  expect(services.a.desiredCount).toBe(1);
});

test('wake-up names the variable that is missing', async () => {
  const printed = await evaluate('wake-up', 'await handler({}).catch((error) => console.log(error.message))', {
    CLUSTER: '',
  });
  expect(printed).toBe("The function's variable CLUSTER is not set.");
});

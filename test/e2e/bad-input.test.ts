import { createServer } from 'node:net';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { landfall, type PrintedErrors } from '../shop/landfall.js';

const portBase = 4660;
const working = `require('node:http').createServer((_, response) => response.end('ok ' + process.env.GREETING)).listen(process.env.PORT, '127.0.0.1');`;

let folder: string;

/** A project of one service that needs nothing installed. */
async function project(change: Record<string, unknown> = {}, code = working): Promise<void> {
  await mkdir(join(folder, 'api'), { recursive: true });
  await writeFile(join(folder, 'api', 'server.cjs'), code);
  const api = { type: 'nestjs', path: 'api', port: 3000, routes: [{ path: '/' }], start: 'node server.cjs', ...change };
  const config = {
    project: 'tiny',
    region: 'eu-west-1',
    services: { api },
    environments: { dev: { domain: 'tiny.example.org' } },
  };
  await writeFile(join(folder, 'landfall.config.json'), JSON.stringify(config));
}

const deploy = (...more: string[]) =>
  landfall(folder, ['infra:deploy', '--env', 'dev', '--local', '--port-base', String(portBase), '--json', ...more]);

async function failure(...more: string[]) {
  const { code, stdout } = await deploy(...more);
  expect(code).toBe(1);
  const [error] = (JSON.parse(stdout) as PrintedErrors).errors;
  if (error === undefined) throw new Error(`No error in ${stdout}`);
  return error;
}

/** What the API answers through the gateway, at the load balancer's internal listener. */
async function answer(): Promise<string> {
  const response = await request(`http://127.0.0.1:${String(portBase + 1)}/`, {
    headers: { 'user-agent': 'bad-input-test', host: 'api.tiny.localhost' },
  });
  await response.body.dump();
  return String(response.statusCode);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-bad-'));
});

afterEach(async () => {
  await landfall(folder, ['infra:destroy', '--env', 'dev', '--local']);
  await rm(folder, { recursive: true, force: true });
});

describe('bad input ends with a clear error', () => {
  test('a folder that does not exist', async () => {
    await project({ path: 'nowhere' });
    const error = await failure();
    expect(error).toMatchObject({ code: 'SERVICE_FOLDER_MISSING', path: 'services.api.path' });
    expect(error.message).toContain('nowhere');
  });

  test('a build that fails, with its last lines; what runs stays', async () => {
    await project();
    expect((await deploy()).code).toBe(0);
    await project({ build: 'echo compiling && echo "error TS1005: oh no" >&2 && exit 3' });
    const error = await failure();
    expect(error).toMatchObject({ code: 'BUILD_FAILED', path: 'services.api' });
    expect(error.message).toContain('error TS1005: oh no');
    expect(await answer()).toBe('301');
  });

  test('a service that crashes at its start, with its last lines; the version that ran before still runs', async () => {
    await project();
    expect((await deploy()).code).toBe(0);
    await project({}, `console.log('connecting'); console.error('Error: no such table: users'); process.exit(7);`);
    const error = await failure();
    expect(error.code).toBe('SERVICE_CRASHED');
    expect(error.message).toContain('exit code 7');
    expect(error.message).toContain('no such table: users');
    expect(error.fix).toContain('infra:logs');
    const { stdout } = await landfall(folder, ['infra:status', '--env', 'dev', '--local', '--json']);
    const tasks = (JSON.parse(stdout) as { services: { address: string; tasks: { health: string }[] }[] }).services;
    expect(tasks.find(({ address }) => address === 'aws_ecs_service.api')?.tasks.map(({ health }) => health)).toEqual([
      'healthy',
    ]);
    await project();
    expect((await deploy()).code).toBe(0);
  });

  test('a port that is taken, by its number', async () => {
    await project();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(portBase + 3, '127.0.0.1', resolve));
    try {
      const error = await failure();
      expect(error.code).toBe('PORT_TAKEN');
      expect(error.message).toContain(String(portBase + 3));
      expect(error.fix).toContain('--port-base');
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
    expect((await deploy()).code).toBe(0);
  });

  test('a declared secret without a value, with the command that sets it; set, it reaches the process', async () => {
    await project({ secrets: ['GREETING'] });
    const error = await failure();
    expect(error.code).toBe('SECRET_WITHOUT_VALUE');
    expect(error.fix).toContain('secrets:set api/GREETING');
    const set = await landfall(folder, ['secrets:set', 'api/GREETING', '--env', 'dev', '--local'], {
      input: 'he${llo} "there"\n',
    });
    expect(set.code).toBe(0);
    expect((await deploy()).code).toBe(0);
    expect(await readFile(join(folder, '.landfall/dev/local/artifact/main.tf.json'), 'utf8')).not.toContain('llo} ');
  });

  test('mistyped flags and commands never deploy', async () => {
    await project();
    const flag = await landfall(folder, ['infra:deploy', '--env', 'dev', '--locl']);
    const command = await landfall(folder, ['infra:deplyo', '--env', 'dev', '--local']);
    expect([flag.code, command.code]).toEqual([1, 1]);
    expect(flag.stderr).toContain('--local');
    expect(command.stderr).toContain('infra:deploy');
  });

  test('two deploys at once: one works, the other says why not', async () => {
    await project();
    const outcomes = await Promise.all([deploy(), deploy()]);
    const codes = outcomes.map(({ code }) => code).sort();
    expect(codes).toEqual([0, 1]);
    expect(outcomes.find(({ code }) => code === 1)?.stdout).toContain('LOCKED');
  });

  test('killed with SIGKILL, the plane leaves nothing running, and the next deploy goes on', async () => {
    await project();
    expect((await deploy()).code).toBe(0);
    const { stdout } = await landfall(folder, ['infra:status', '--env', 'dev', '--local', '--json']);
    const status = JSON.parse(stdout) as { pid: number; services: { tasks: { pid?: number }[] }[] };
    const pids = status.services.flatMap(({ tasks }) => tasks.flatMap(({ pid }) => pid ?? []));
    process.kill(status.pid, 'SIGKILL');
    await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([]);
    expect((await deploy()).code).toBe(0);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

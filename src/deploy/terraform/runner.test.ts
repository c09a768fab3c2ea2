import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LandfallEvent } from '../../base/events.js';
import { startTimeOf } from '../../base/start-time.js';
import { shopStack } from '../testing/stack.js';
import { waitForLeftBehind } from './background.js';
import { findTerraform } from './find.js';
import { openTerraform } from './runner.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-runner-'));
  await writeFile(join(folder, 'main.tf.json'), '{ "terraform": {} }');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** A program in Terraform's place. `script` is JavaScript that has `args`, `print(message)` and `exit`. */
async function fakeTerraform(script: string): Promise<string> {
  const file = join(folder, 'terraform.mjs');
  const head = `#!${process.execPath}
import { appendFileSync } from 'node:fs';
const [, , ...args] = process.argv;
appendFileSync(${JSON.stringify(join(folder, 'calls'))}, args.join(' ') + '\\n');
const print = (message) => console.log(JSON.stringify(message));
if (args[0] === 'version') { console.log('{"terraform_version": "1.11.4"}'); process.exit(0); }
`;
  await writeFile(file, head + script);
  await chmod(file, 0o755);
  return file;
}

async function open(script: string, signal = new AbortController().signal) {
  const events: LandfallEvent[] = [];
  const env = { ...process.env, LANDFALL_TERRAFORM: await fakeTerraform(script) };
  const terraform = openTerraform({
    found: await findTerraform(env),
    folder,
    stack: shopStack,
    env,
    pluginCache: join(folder, 'providers'),
    emit: (event) => void events.push(event),
    signal,
    retry: 'landfall infra:deploy --env dev',
  });
  const calls = async () => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
  return { terraform, events, calls };
}

const backend = { bucket: 'state', key: 'terraform.tfstate', region: 'eu-central-1' };

describe('terraform', () => {
  test('is initialised once for a backend, with native locks', async () => {
    const { terraform, calls } = await open(
      `import { mkdirSync } from 'node:fs'; mkdirSync('.terraform', { recursive: true });`,
    );
    await terraform.init(backend);
    await terraform.init(backend);
    await terraform.init({ ...backend, bucket: 'other' });
    const inits = (await calls()).filter((call) => call.startsWith('init'));
    expect(inits).toHaveLength(2);
    expect(inits[0]).toContain('-backend-config=bucket=state');
    expect(inits[0]).toContain('-backend-config=use_lockfile=true');
  });

  test('works in its own folder and workspace, whatever the environment says of others', async () => {
    vi.stubEnv('TF_DATA_DIR', '/elsewhere');
    vi.stubEnv('TF_WORKSPACE', 'other');
    vi.stubEnv('TF_LOG_PATH', '/var/log/terraform');
    const { terraform } = await open(`
      import { writeFileSync } from 'node:fs';
      const { TF_DATA_DIR, TF_WORKSPACE, TF_LOG_PATH } = process.env;
      writeFileSync('seen', JSON.stringify({ TF_DATA_DIR, TF_WORKSPACE, TF_LOG_PATH }));`);
    await terraform.unlock('id');
    expect(JSON.parse(await readFile(join(folder, 'seen'), 'utf8'))).toEqual({
      TF_DATA_DIR: join(folder, '.terraform'),
      TF_WORKSPACE: 'default',
      TF_LOG_PATH: '/var/log/terraform',
    });
  });

  test('plans into a file, for targets alone and without reading, and tells the changes', async () => {
    const { terraform, calls } = await open(`
      if (args[0] === 'show') console.log(JSON.stringify({ resource_changes: [
        { address: 'aws_vpc.a', mode: 'managed', type: 'aws_vpc', change: { actions: ['create'], before: null, after: {} } },
        { address: 'data.x.y', mode: 'data', type: 'x', change: { actions: ['read'], before: null, after: {} } },
        { address: 'aws_eip.b', mode: 'managed', type: 'aws_eip',
          change: { actions: ['delete', 'create'], before: { a: 1, b: 1 }, after: { a: 2, b: 1 }, replace_paths: [['a']] } },
      ] }));
      `);
    const plan = await terraform.plan({ targets: ['aws_vpc.a'], refresh: false });
    expect(plan.changes).toMatchObject([
      { address: 'aws_eip.b', action: 'replace', createFirst: false, attributes: ['a'], because: ['a'] },
      { address: 'aws_vpc.a', action: 'create' },
    ]);
    const call = (await calls()).find((one) => one.startsWith('plan'));
    expect(call).toMatch(/^plan -json -input=false -out=.*plan -refresh=false -target=aws_vpc\.a$/);
  });

  test('plans to make a resource anew that would not change', async () => {
    const { terraform, calls } = await open(`if (args[0] === 'show') console.log('{}');`);
    await terraform.plan({ replace: ['terraform_data.a'], targets: ['aws_db_instance.b'] });
    const call = (await calls()).find((one) => one.startsWith('plan'));
    expect(call).toMatch(/ -replace=terraform_data\.a -target=aws_db_instance\.b$/);
  });

  test('forgets a resource without destroying it', async () => {
    const { terraform, calls } = await open('');
    await terraform.forget(['aws_kms_key.main']);
    expect((await calls()).at(-1)).toBe('state rm aws_kms_key.main');
  });

  test('shows what it makes, for how long, and how much waits for it', async () => {
    const { terraform, events } = await open(`
      const resource = { addr: 'aws_ecs_task_definition.auth_service' };
      print({ type: 'apply_start', hook: { resource, action: 'create' } });
      print({ type: 'apply_progress', hook: { resource, action: 'create', elapsed_seconds: 10 } });
      print({ type: 'apply_complete', hook: { resource, action: 'create', elapsed_seconds: 12 } });`);
    const change = { action: 'create', createFirst: false, attributes: [], because: [], before: {} } as const;
    const addresses = ['aws_ecs_task_definition.auth_service', 'aws_ecs_service.auth_service'];
    const changes = addresses.map((address) => ({ ...change, address, type: 'x' }));
    await terraform.apply({ file: join(folder, 'plan'), changes, imports: [] });
    expect(events).toMatchObject([
      { label: 'make aws_ecs_task_definition.auth_service', status: 'started' },
      { status: 'progress', detail: '10 s, 1 wait for it' },
      { status: 'done', milliseconds: 12_000 },
    ]);
  });

  test('keeps its own words, and names the resource', async () => {
    const { terraform } = await open(`
      print({ type: 'diagnostic', diagnostic: { severity: 'warning', summary: 'Resource targeting is in effect' } });
      print({ type: 'diagnostic', diagnostic: { severity: 'error', summary: 'creating VPC',
        detail: 'api error VpcLimitExceeded: The maximum number of VPCs has been reached.', address: 'aws_vpc.main' } });
      process.exitCode = 1;`);
    await expect(terraform.apply({ file: 'plan', changes: [], imports: [] })).rejects.toMatchObject({
      problems: [
        { code: 'AWS_QUOTA', path: 'aws_vpc.main', message: expect.stringContaining('VpcLimitExceeded') as string },
      ],
    });
  });

  test('tells what it wrote when it gives no diagnostic', async () => {
    const { terraform } = await open(`console.error('╷\\n│ Error: it broke\\n╵'); process.exitCode = 1;`);
    await expect(terraform.state()).rejects.toMatchObject({ code: 'TERRAFORM_FAILED', message: 'Error: it broke' });
  });

  const making = `print({ type: 'apply_start', hook: { resource: { addr: 'aws_vpc.main' }, action: 'create' } });`;
  const plan = { file: 'plan', changes: [], imports: [] };

  test('what it told of an apply is kept until it is saved: through kills, and what AWS may have done unseen', async () => {
    const { terraform: killed } = await open(`${making} process.kill(process.pid, 'SIGKILL');`);
    expect(await killed.isUnsure()).toBe(false);
    for (const runs of [1, 2]) {
      await expect(killed.apply(plan)).rejects.toMatchObject({ code: 'TERRAFORM_KILLED' });
      expect(await killed.isUnsure()).toBe(true);
      expect((await killed.unsaved()).match(/apply_start/g)).toHaveLength(runs);
    }
    const { terraform: cut } = await open(`${making}
      print({ type: 'diagnostic', diagnostic: { severity: 'error', summary: 'creating VPC: connection reset by peer' } });
      process.exitCode = 1;`);
    await expect(cut.apply(plan)).rejects.toMatchObject({ code: 'AWS_UNREACHABLE' });
    expect((await cut.unsaved()).match(/apply_start/g)).toHaveLength(3);
    const { terraform: refused } = await open(`${making}
      print({ type: 'diagnostic', diagnostic: { severity: 'error', summary: 'VpcLimitExceeded' } });
      process.exitCode = 1;`);
    await expect(refused.apply(plan)).rejects.toMatchObject({ code: 'AWS_QUOTA' });
    const { terraform } = await open(making);
    await terraform.apply(plan);
    expect((await terraform.unsaved()).match(/apply_start/g)).toHaveLength(3);
    await terraform.allSaved();
    expect(await terraform.isUnsure()).toBe(false);
  });

  test('a state that it could not save is saved, once', async () => {
    const left = join(folder, 'errored.tfstate');
    const { terraform, calls } = await open('');
    expect(await terraform.pushLeftState()).toBe(false);
    await writeFile(left, '{}');
    expect(await terraform.isUnsure()).toBe(true);
    expect(await terraform.pushLeftState()).toBe(true);
    expect(await terraform.pushLeftState()).toBe(false);
    expect((await calls()).filter((call) => call.startsWith('state push'))).toEqual([`state push ${left}`]);
  });

  // Terraform 1.11.4's own words.
  test.each([
    'cannot import state with serial 4 over newer state with serial 5',
    'cannot import state with lineage "bbb" over unrelated state with lineage "aaa"',
    'cannot overwrite existing state with serial 5 with a different state that has the same serial',
  ])('a state that it could not save and that was overtaken is kept aside: %s', async (words) => {
    await writeFile(join(folder, 'errored.tfstate'), 'mine');
    await mkdir(join(folder, 'terraform'), { recursive: true });
    const said = JSON.stringify(`\u001b[31mFailed to write state: ${words}\u001b[0m`);
    const { terraform } = await open(`console.error(${said}); process.exitCode = 1;`);
    expect(await terraform.pushLeftState()).toBe(false);
    expect(await terraform.isUnsure()).toBe(false);
    expect(await readFile(join(folder, 'terraform', 'overtaken.tfstate'), 'utf8')).toBe('mine');
  });

  test('a state that cannot be saved for another reason stays where it is', async () => {
    await writeFile(join(folder, 'errored.tfstate'), 'mine');
    const { terraform } = await open(`console.error('Failed to write state: ExpiredToken'); process.exitCode = 1;`);
    await expect(terraform.pushLeftState()).rejects.toMatchObject({ code: 'AWS_CREDENTIALS_EXPIRED' });
    expect(await terraform.isUnsure()).toBe(true);
  });

  test('an interrupt reaches it once, and it ends by itself', async () => {
    const interrupted = new AbortController();
    const { terraform, calls } = await open(
      `process.on('SIGINT', () => { appendFileSync(${JSON.stringify(join(folder, 'calls'))}, 'SIGINT\\n'); process.exit(1); });
       setInterval(() => {}, 1000); print({ type: 'refresh_start', hook: { resource: { addr: 'aws_vpc.main' } } });`,
      interrupted.signal,
    );
    const planned = terraform.plan();
    await expect.poll(calls).toContainEqual(expect.stringMatching(/^plan/));
    await new Promise((resolve) => setTimeout(resolve, 500));
    interrupted.abort();
    await expect(planned).rejects.toThrow();
    expect(await calls()).toContain('SIGINT');
  });

  test('one that an interrupted command left behind is waited for', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 700)'], { stdio: 'ignore' });
    const startTime = await startTimeOf(child.pid ?? 0);
    const work = join(folder, 'terraform');
    await mkdir(work);
    await writeFile(join(work, 'running.json'), JSON.stringify({ pid: child.pid, startTime }));
    const told: string[] = [];
    expect(await waitForLeftBehind(work, new AbortController().signal, () => told.push('waits'))).toBe(true);
    expect(told).toEqual(['waits']);
    expect(await startTimeOf(child.pid ?? 0)).toBeUndefined();
    expect(await waitForLeftBehind(work, new AbortController().signal, () => told.push('again'))).toBe(false);
  });
});

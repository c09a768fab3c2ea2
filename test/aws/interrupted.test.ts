import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { checkDocument } from '../../src/cli/documents.js';
import { callAws, createHostedZone } from '../harness/aws-request.js';
import { openAwsProxy, type AwsProxy, type ProxiedCall } from '../harness/aws-proxy.js';
import { inventoryOf } from '../harness/emulator-inventory.js';
import { findEmulator, type Emulator } from '../harness/emulator.js';
import { openEmulatedProject, type EmulatedProject, type Ended } from '../harness/landfall.js';
import { findTerraform, requireOnCi } from '../harness/terraform.js';
import { mountTinyDisk } from '../harness/tiny-disk.js';

const terraform = await findTerraform();
requireOnCi('terraform', terraform);
const found = await findEmulator();
requireOnCi(`The AWS emulator (${found.reason ?? ''})`, found.startEmulator);

const absent = terraform === undefined ? 'Terraform is absent' : found.reason;
const title = `a deploy to an AWS emulator, interrupted${absent === undefined ? '' : ` (skipped: ${absent})`}`;
const region = 'eu-central-1';
const stateBucket = 'tiny-dev-tfstate-111122223333';

const config = {
  project: 'tiny',
  region,
  services: {
    api: { type: 'nestjs', path: 'services/api', port: 3001, routes: [{ path: '/api' }] },
    site: { type: 'spa', path: 'apps/site', subdomain: 'www', outputDir: 'public' },
  },
  environments: { dev: { domain: 'dev.example.com', hostedZone: 'example.com' } },
};
/** What the first runs made, or had begun to make. */
const madeBefore = /make aws_(kms_key\.main|vpc\.main|lb\.main|ecs_cluster\.main)/;
const assets = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}.js`);

/** A deploy whose api has the image of this digit. */
const deployOf = (digit: string, ...more: readonly string[]) => {
  const images = ['gateway=sha256:'.concat('1'.repeat(64)), 'api=sha256:'.concat(digit.repeat(64))];
  return ['--yes', '--no-verify', ...images.flatMap((image) => ['--image', image]), ...more];
};

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}
const problems = ({ document }: Ended) => (document?.['errors'] ?? []) as readonly Problem[];
const codes = (ended: Ended) => [...new Set(problems(ended).map(({ code }) => code))];
const changes = ({ document }: Ended) =>
  (document?.['changes'] as readonly { readonly address: string; readonly action: string }[]).map(
    ({ address, action }) => `${action} ${address}`,
  );

/** One environment, deployed by two machines; each test goes on from where the one before ended. */
describe.skipIf(absent !== undefined)(title, () => {
  let emulator: Emulator;
  let proxy: AwsProxy;
  /** It reaches AWS through the proxy. */
  let machine: EmulatedProject;
  let other: EmulatedProject;
  let before: Awaited<ReturnType<typeof inventoryOf>>;

  const checked = async (ended: Ended, command: string): Promise<Ended> => {
    process.stderr.write(`interrupted: ${command} ${String(ended.code)} ${ended.seconds.toFixed(1)} s\n`);
    if (ended.document !== undefined) await checkDocument(command, ended.code, JSON.stringify(ended.document));
    return ended;
  };
  const deploy = async (args: readonly string[], project = machine): Promise<Ended> =>
    checked(await project.run('infra:deploy', ...args), 'infra:deploy');
  /** The deploy must end well. */
  const deployed = async (args: readonly string[], project = machine): Promise<Ended> => {
    const ended = await deploy(args, project);
    if (ended.code !== 0) throw new Error(`${JSON.stringify(ended.document)}\n${ended.stderr}\n${emulator.log()}`);
    return ended;
  };
  const until = async (shown: RegExp, act: (child: ChildProcess) => unknown, args: readonly string[]): Promise<Ended> =>
    checked(await machine.runUntil(shown, act, 'infra:deploy', ...args), 'infra:deploy');

  const goesDown =
    (afterMs = 0) =>
    async (child: ChildProcess) => {
      await sleep(afterMs);
      child.kill('SIGKILL');
      await machine.killTerraform();
    };
  /** Runs, is told of the lock that a dead run left, and frees it as it is told to. */
  const unlocked = async (args: readonly string[], run = deploy): Promise<readonly string[]> => {
    const locked = await run(args);
    expect(codes(locked)).toEqual(['STATE_LOCKED']);
    const [{ message, fix } = { message: '', fix: '' }] = problems(locked);
    expect(message).toMatch(/Another run holds the state: \S+@\S+, since 20\d\d-/);
    return [...args, '--unlock', / --unlock (\S+)$/.exec(fix)?.[1] ?? ''];
  };

  const readObject = (path: string) => callAws(emulator, { service: 's3', region, method: 'GET', path });
  /** What stands on AWS since the beginning and is not in Terraform's state. */
  const strays = async (): Promise<readonly string[]> => {
    const state = await readObject(`/${stateBucket}/terraform.tfstate`);
    // Earlier revisions of task definitions are kept beside the state, until infra:destroy.
    const { 'task definitions': _kept, ...now } = await inventoryOf(emulator, region);
    return Object.entries(now).flatMap(([kind, items]) =>
      items.filter((item) => item !== stateBucket && before[kind]?.includes(item) !== true && !state.includes(item)),
    );
  };

  beforeAll(async () => {
    if (terraform === undefined || found.startEmulator === undefined) throw new Error('The suite is skipped.');
    emulator = await found.startEmulator(region);
    proxy = await openAwsProxy(emulator);
    await createHostedZone(emulator, 'example.com');
    before = await inventoryOf(emulator, region);
    machine = await openEmulatedProject(emulator, terraform, proxy.env);
    other = await openEmulatedProject(emulator, terraform);
    for (const project of [machine, other]) {
      await project.writeConfig(config);
      await project.writeFile('services/api/package.json', '{ "name": "api" }');
      for (const asset of assets) await project.writeFile(`apps/site/public/${asset}`, asset);
      await project.writeFile('apps/site/public/index.html', '<h1>one</h1>');
    }
  });

  afterEach(() => proxy.rule());

  afterAll(async () => {
    await proxy.stop();
    await emulator.stop();
    await machine.close();
    await other.close();
  });

  test('refused for too many requests, it tries again until it may', async () => {
    let calls = 0;
    proxy.rule(() => ((calls += 1) % 3 === 0 ? 'throttle' : 'pass'));
    expect((await checked(await machine.run('infra:init'), 'infra:init')).document).toMatchObject({ made: true });
    expect(calls).toBeGreaterThan(9);
    proxy.rule();
  });

  test('the machine goes down three times while Terraform applies; the next run takes over what it had made', async () => {
    const first = deployOf('1');
    // Only begun: AWS makes them, and Terraform waits for them.
    await until(/… make aws_kms_key\.main/, goesDown(1000), first);
    const second = await until(/… make aws_lb\.main/, goesDown(1500), await unlocked(first));
    const third = await until(/✓ (make|change) aws_/, goesDown(), await unlocked(first));
    expect(second.stderr).toMatch(/✓ take over what an interrupted run has made \(\d+ resources\)/);
    expect(second.stderr).not.toContain('make aws_kms_key.main');
    expect(third.stderr).not.toMatch(madeBefore);
  }, 1_200_000);

  test('Landfall is killed while it uploads a site', async () => {
    const putsIntoSite = ({ method, path }: ProxiedCall) => method === 'PUT' && /^\/tiny-dev-site[^/]*\/\w/.test(path);
    const ended = await until(
      /… upload site/,
      (child) => {
        let puts = 0;
        proxy.rule((call) => {
          if (!putsIntoSite(call)) return 'pass';
          puts += 1;
          if (puts > 3) child.kill('SIGKILL');
          return puts > 3 ? 'hold' : 'pass';
        });
      },
      await unlocked(deployOf('1')),
    );
    proxy.rule();
    expect(ended.code, ended.stderr).toBe(null);
    expect(ended.stderr).not.toMatch(madeBefore);
  }, 1_200_000);

  test('the run after all this ends whole: nothing stands beside the state, and nothing is left to make', async () => {
    const { document } = await deployed(deployOf('1'));
    expect(document).toMatchObject({ changed: true, sites: [{ service: 'site' }] });
    expect(await strays()).toEqual([]);
    const plan = await checked(await machine.run('infra:plan'), 'infra:plan');
    expect(changes(plan).filter((change) => !change.startsWith('update '))).toEqual([]);
    const listing = await readObject(
      `/${(await inventoryOf(emulator, region))['buckets']?.find((name) => name.startsWith('tiny-dev-site')) ?? ''}`,
    );
    for (const file of [...assets, 'index.html']) expect(listing).toContain(`<Key>${file}</Key>`);
  }, 1_200_000);

  test('two machines at once: the second is told who works, and changes nothing', async () => {
    const args = deployOf('2');
    let second: Promise<Ended> | undefined;
    const ended = await until(
      /… make aws_ecs_task_definition/,
      async () => {
        proxy.rule(({ service }) => (service === 'ecs' ? 'hold' : 'pass'));
        second = deploy(deployOf('3'), other);
        await second;
        proxy.rule();
      },
      args,
    );
    expect(ended.code, ended.stderr).toBe(0);
    const refused = await second;
    expect(refused && codes(refused)).toEqual(['DEPLOYMENT_RUNNING']);
    expect((await deployed(args, other)).document).toMatchObject({ changed: false });
  }, 600_000);

  test('Ctrl-C while it applies: what was begun is finished and saved, and the next run goes on', async () => {
    const args = deployOf('4');
    const ended = await until(
      /… (make|replace|destroy) aws_ecs_task_definition/,
      (child) => child.kill('SIGINT'),
      args,
    );
    expect(ended.code).toBe(130);
    expect(problems(ended)).toMatchObject([{ code: 'INTERRUPTED', fix: 'Run the command again to go on.' }]);
    await deployed(args);
    expect(await strays()).toEqual([]);
  }, 600_000);

  test.each([
    { fate: 'cut', code: 'AWS_UNREACHABLE', digit: '5' },
    { fate: 'expire', code: 'AWS_CREDENTIALS_EXPIRED', digit: '6' },
  ] as const)(
    'AWS fails while it applies ($code): the state is kept here, and saved by the next run',
    async ({ fate, code, digit }) => {
      const args = deployOf(digit);
      proxy.rule(({ operation }) => (operation === 'UpdateService' ? 'hold' : 'pass'));
      const ended = await until(/✓ make aws_ecs_task_definition/, () => proxy.rule(() => fate), args);
      expect(ended.code).toBe(1);
      expect(codes(ended)).toContain(code);
      expect(codes(ended)).toContain('STATE_NOT_SAVED');
      expect(problems(ended).every(({ fix }) => fix !== '')).toBe(true);
      proxy.rule();
      const next = await deployed(await unlocked(args));
      expect(next.stderr).toContain('✓ the state that Terraform left is saved');
      expect(next.document).toMatchObject({ changed: true });
      expect(await strays()).toEqual([]);
    },
    600_000,
  );

  test('a full disk, at the beginning and while it plans: nothing is changed, and with space again it ends whole', async ({
    skip,
  }) => {
    const disk = await mountTinyDisk(other.artifact, 8);
    if (disk === undefined) return skip('this user may not mount a file system');
    const { run, runUntil } = other.startedBy(disk.through(other.folder));
    const line = ['infra:deploy', ...deployOf('7')] as const;
    const records = await readObject(`/${stateBucket}/latest-deployment.json`);
    const refused = async (running: Promise<Ended>) => {
      const ended = await checked(await running, 'infra:deploy');
      expect([ended.code, ...codes(ended)], ended.stderr).toEqual([1, 'DISK_FULL']);
      expect(problems(ended)[0]?.fix).toMatch(/^Free space/);
      expect(await readObject(`/${stateBucket}/latest-deployment.json`)).toBe(records);
    };
    try {
      await disk.fillBut(16);
      await refused(run(...line));
      await disk.fillBut(Infinity);
      await refused(runUntil(/✓ Terraform \S+ is prepared/, () => disk.fillBut(0), ...line));
      await disk.fillBut(Infinity);
      const ended = await checked(await run(...line), 'infra:deploy');
      expect(ended.code, `${ended.stderr}${JSON.stringify(ended.document)}`).toBe(0);
      expect(await strays()).toEqual([]);
    } finally {
      await disk.unmount();
    }
  }, 600_000);

  test('the machine goes down while Terraform makes a service: infra:destroy takes that over too, and nothing is left', async () => {
    const mailer = { type: 'worker', path: 'services/mailer' };
    await machine.writeConfig({ ...config, services: { ...config.services, mailer } });
    await machine.writeFile('services/mailer/package.json', '{ "name": "mailer" }');
    let isMade = false;
    // AWS makes the service; nothing after it arrives, the state neither.
    proxy.rule(({ service, operation }) => {
      const fate = isMade ? 'cut' : 'pass';
      isMade ||= service === 'ecs' && operation === 'CreateService';
      return fate;
    });
    const ended = await until(
      /… make aws_ecs_service\.mailer/,
      async (child) => {
        while (!isMade) await sleep(100);
        await goesDown(1000)(child);
      },
      deployOf('7', '--image', `mailer=sha256:${'1'.repeat(64)}`),
    );
    expect(ended.code, ended.stderr).toBe(null);
    proxy.rule();
    const destroy = async (args: readonly string[]): Promise<Ended> =>
      checked(await machine.run('infra:destroy', '--yes', '--with-state', ...args), 'infra:destroy');
    const destroyed = await destroy(await unlocked([], destroy));
    expect(destroyed.code, destroyed.stderr).toBe(0);
    expect(destroyed.stderr).not.toContain('LEFT_OVER');
    expect(destroyed.document?.['destroyed']).toEqual(
      expect.arrayContaining(['aws_ecs_service.api', 'aws_ecs_service.mailer', 'aws_ecs_task_definition.mailer']),
    );
    expect(await inventoryOf(emulator, region)).toEqual(before);
  }, 600_000);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkDocument } from '../../src/cli/documents.js';
import { openAws } from '../../src/deploy/aws/session.js';
import { removeBucket } from '../../src/deploy/state/empty-bucket.js';
import { createHostedZone } from '../harness/aws-request.js';
import { findBaseImage } from '../harness/base-image.js';
import { openBuildingSite, runningImage, type BuildingSite } from '../harness/building.js';
import { inventoryOf } from '../harness/emulator-inventory.js';
import { findEmulator, type Emulator } from '../harness/emulator.js';
import { openEmulatedProject, type EmulatedProject, type Ended } from '../harness/landfall.js';
import { commandLinesWith, filesWith, plantedIn } from '../harness/planted.js';
import { findTerraform, requireOnCi } from '../harness/terraform.js';

const terraform = await findTerraform();
requireOnCi('terraform', terraform);
const found = await findEmulator();
requireOnCi(`The AWS emulator (${found.reason ?? ''})`, found.startEmulator);
const base = await findBaseImage();
requireOnCi(`the base image (${base.reason ?? ''})`, base.folder);

const absent = terraform === undefined ? 'Terraform is absent' : found.reason;
const title = `a small project, deployed to an AWS emulator${absent === undefined ? '' : ` (skipped: ${absent})`}`;
const region = 'eu-central-1';

const api = { type: 'nestjs', path: 'services/api', port: 3001, routes: [{ path: '/api' }] };
const site = { type: 'spa', path: 'apps/site', subdomain: 'www', outputDir: 'public' };
const mailer = { type: 'worker', path: 'services/mailer', database: 'mail_db' };

const configOf = (services: object) => ({
  project: 'tiny',
  region,
  services,
  environments: { dev: { domain: 'dev.example.com', hostedZone: 'example.com' } },
});

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const image = (service: string, digit: string) => ['--image', `${service}=${digest(digit)}`];
const deployArgs = (...images: readonly (readonly string[])[]) => ['--yes', '--no-verify', ...images.flat()];
const first = deployArgs(image('gateway', '1'), image('api', '1'));

/** Given to builds, and to the registry: no file, log or command line may hold them. */
const tokens = ['planted-token-of-npm', 'ministack-auth-token'] as const;

interface Image {
  readonly digest: string;
  readonly built: boolean;
}
const imagesOf = ({ document }: Ended) => document?.['images'] as Readonly<Record<string, Image>>;

const codes = ({ document }: Ended) =>
  (document?.['errors'] as readonly { readonly code: string }[] | undefined)?.map(({ code }) => code);
const changes = ({ document }: Ended) =>
  (document?.['changes'] as readonly { readonly address: string; readonly action: string }[]).map(
    ({ address, action }) => `${action} ${address}`,
  );

/** The command lines run one after the other, each from where the one before ended. */
describe.skipIf(absent !== undefined)(title, () => {
  let emulator: Emulator;
  let project: EmulatedProject;
  let building: BuildingSite | undefined;
  let before: Awaited<ReturnType<typeof inventoryOf>>;

  /** Runs it, and checks what it printed against the published schema. */
  const run = async (command: string, ...args: readonly string[]): Promise<Ended> => {
    const ended = await project.run(command, ...args);
    process.stderr.write(`deploy: ${command} ${String(ended.code)} ${ended.seconds.toFixed(1)} s\n`);
    await checkDocument(command, ended.code, JSON.stringify(ended.document));
    return ended;
  };
  const done = async (command: string, ...args: readonly string[]): Promise<Ended> => {
    const ended = await run(command, ...args);
    if (ended.code !== 0) throw new Error(`${JSON.stringify(ended.document)}\n${ended.stderr}\n${emulator.log()}`);
    return ended;
  };

  beforeAll(async () => {
    if (terraform === undefined || found.startEmulator === undefined) throw new Error('The suite is skipped.');
    let ecr = '';
    if (base.folder !== undefined) building = await openBuildingSite(base.folder, () => ecr);
    emulator = await found.startEmulator(region, { registry: building?.registry.host });
    ecr = new URL(emulator.endpoint).host;
    await createHostedZone(emulator, 'example.com');
    before = await inventoryOf(emulator, region);
    project = await openEmulatedProject(emulator, terraform, building?.env);
    await project.writeConfig(configOf({ api, site }));
    await project.writeFile('services/api/package.json', '{ "name": "api" }');
    await building?.writeService(project, 'api', tokens[0]);
    await project.writeFile('services/mailer/package.json', '{ "name": "mailer" }');
    await project.writeFile('apps/site/public/index.html', '<h1>one</h1>');
  });

  afterAll(async () => {
    await emulator.stop();
    await project.close();
    await building?.close();
  });

  test('without a state bucket nothing is made, and the command that makes it is named', async () => {
    const ended = await run('infra:deploy', ...first);
    expect(ended.code).toBe(1);
    expect(codes(ended)).toContain('STATE_BUCKET_MISSING');
    expect(await inventoryOf(emulator, region)).toEqual(before);
  });

  test('infra:init makes the bucket, once', async () => {
    expect((await done('infra:init')).document).toMatchObject({ made: true });
    expect((await done('infra:init')).document).toMatchObject({ made: false });
  });

  test('without a terminal and without --yes nothing is made', async () => {
    const ended = await run('infra:deploy', ...first.filter((arg) => arg !== '--yes'));
    expect(codes(ended)).toEqual(['CONFIRMATION_NEEDED']);
  });

  test('killed while it makes the repositories and while it applies, it goes on and ends whole', async () => {
    expect((await project.killAt(/make aws_kms_key\.main/, 'infra:deploy', ...first)).code).toBe(null);
    expect((await project.killAt(/make aws_lb\.main/, 'infra:deploy', ...first)).code).toBe(null);
    const second = await run('infra:deploy', ...first);
    expect(second.code, second.stderr).toBe(0);
    expect(second.document).toMatchObject({ changed: true, sites: [{ service: 'site', uploaded: 1 }] });
  }, 1_200_000);

  test('with nothing changed it says so, and runs no Terraform', async () => {
    const ended = await done('infra:deploy', ...first);
    expect(ended.document).toMatchObject({ changed: false, changes: [] });
    expect(ended.stderr).not.toContain('data.aws_');
  });

  test('read anew, nothing is left to make or destroy', async () => {
    const ended = await done('infra:plan');
    // The emulator does not give back all that a service was given.
    expect(changes(ended).filter((change) => !change.startsWith('update '))).toEqual([]);
  });

  test('new code of one service changes that service alone', async () => {
    const ended = await done('infra:deploy', ...deployArgs(image('gateway', '1'), image('api', '2')));
    expect(changes(ended)).toEqual(['update aws_ecs_service.api', 'replace aws_ecs_task_definition.api']);
  });

  test('a digest that no repository has is told before anything changes', async () => {
    const ended = await run('infra:deploy', ...deployArgs(image('gateway', '1'), image('api', '0')));
    expect([ended.code, codes(ended)]).toEqual([1, ['IMAGE_NOT_FOUND']]);
    expect(ended.stderr).not.toContain('data.aws_');
  });

  describe.skipIf(base.folder === undefined)(`with images that it builds itself ${base.reason ?? ''}`, () => {
    const site = (): BuildingSite => {
      if (building === undefined) throw new Error('These are skipped.');
      return building;
    };
    let whole: Ended;

    test('killed while it builds, and while it pushes, it goes on, ends whole and leaves nothing behind', async () => {
      const { registry, holdBuilds, isBuilding, leftOvers } = site();
      const goOn = await holdBuilds();
      const built = await project.killWhen(() => isBuilding('api'), 'infra:deploy', ...deployArgs());
      expect(built.code, built.stderr).toBe(null);
      expect(await leftOvers()).toHaveLength(1);
      await goOn();
      registry.fail(/^PUT .*\/blobs\/uploads\//, 'stall', 1);
      const isPushing = () => Promise.resolve(registry.seen.some((line) => line.endsWith('stall')));
      const pushed = await project.killWhen(isPushing, 'infra:deploy', ...deployArgs());
      expect(pushed.code, pushed.stderr).toBe(null);
      expect(await commandLinesWith(tokens)).toEqual([]);
      expect(await leftOvers()).toHaveLength(1);
      whole = await done('infra:deploy', ...deployArgs());
      expect(imagesOf(whole)).toMatchObject({ api: { built: true } });
      expect(await leftOvers()).toEqual([]);
    });

    test('the task definition runs the digest that was pushed', async () => {
      const { host } = site().registry;
      const { digest: pushed } = imagesOf(whole)['api'] ?? { digest: '' };
      expect(await runningImage(emulator, 'tiny-dev-api')).toBe(`${host}/tiny-dev-api@${pushed}`);
      const answer = await fetch(`http://${host}/v2/tiny-dev-api/manifests/${pushed}`, { method: 'HEAD' });
      expect(answer.status).toBe(200);
    });

    test('with nothing changed nothing is built or pushed', async () => {
      const { seen } = site().registry;
      const first = seen.length;
      const again = await done('infra:deploy', ...deployArgs());
      expect(again.document).toMatchObject({ changed: false, changes: [] });
      expect(imagesOf(again)).toMatchObject({ api: { built: false }, gateway: { built: false } });
      expect(seen.slice(first).filter((line) => !line.startsWith('HEAD '))).toEqual([]);
    });

    test('a changed file makes that service’s image anew, and changes that service alone', async () => {
      await project.writeFile('services/api/src/main.js', 'setInterval(() => {}, 2000);\n');
      const changed = await done('infra:deploy', ...deployArgs());
      expect(imagesOf(changed)).toMatchObject({ api: { built: true }, gateway: { built: false } });
      expect(changes(changed)).toEqual(['update aws_ecs_service.api', 'replace aws_ecs_task_definition.api']);
      expect(await runningImage(emulator, 'tiny-dev-api')).toContain(imagesOf(changed)['api']?.digest);
      expect(plantedIn(JSON.stringify([whole, changed]), tokens)).toEqual([]);
      expect(await filesWith(project.artifact, tokens)).toEqual([]);
    });
  });

  test('a changed site is uploaded, without Terraform making anything', async () => {
    await project.writeFile('apps/site/public/index.html', '<h1>two</h1>');
    const ended = await done('infra:deploy', '--yes', '--no-verify', 'site');
    expect(ended.document).toMatchObject({ changes: [], sites: [{ service: 'site', uploaded: 1 }] });
    expect(ended.stderr).not.toContain('data.aws_');
  });

  test('a site whose bucket somebody has deleted gets a new one, and its files', async () => {
    const credentials = { accessKeyId: emulator.account, secretAccessKey: 'emulator' };
    const session = await openAws({ region, endpoint: emulator.endpoint, credentials });
    const buckets = (await inventoryOf(emulator, region))['buckets'] ?? [];
    const bucket = buckets.find((name) => name.startsWith('tiny-dev-site')) ?? '';
    await removeBucket(session, bucket);
    const ended = await done('infra:deploy', '--refresh', ...deployArgs(image('gateway', '1'), image('api', '2')));
    expect(changes(ended)).toContain('create aws_s3_bucket.site_site');
    expect(ended.document).toMatchObject({ sites: [{ service: 'site', uploaded: 1 }] });
    expect((await inventoryOf(emulator, region))['buckets']).toEqual(buckets);
  });

  test('two at once: the second ends, and says why', async () => {
    const [a, b] = await Promise.all([run('infra:plan'), run('infra:plan')]);
    expect([a.code, b.code].toSorted()).toEqual([0, 1]);
    expect([codes(a), codes(b)]).toContainEqual(['LOCKED']);
  });

  test('a lock that a killed Terraform left is told with its owner, and freed by --unlock', async () => {
    const args = deployArgs(image('gateway', '1'), image('api', '3'));
    await project.killAt(/read data\.aws_/, 'infra:deploy', '--refresh', ...args);
    await project.killTerraform();
    const locked = await run('infra:deploy', ...args);
    expect(codes(locked)).toEqual(['STATE_LOCKED']);
    const [{ fix = '' } = {}] = locked.document?.['errors'] as readonly { readonly fix?: string }[];
    const id = / --unlock (\S+)$/.exec(fix)?.[1] ?? '';
    expect((await done('infra:deploy', ...args, '--unlock', id)).document).toMatchObject({ changed: true });
  });

  test('a service with a database is added, and taken away again: its database needs --allow-data-loss', async () => {
    await project.writeConfig(configOf({ api, site, mailer }));
    const images = [image('gateway', '1'), image('api', '3')];
    const added = await done('infra:deploy', ...deployArgs(...images, image('mailer', '1')));
    expect(changes(added)).toEqual(
      expect.arrayContaining(['create aws_db_instance.main', 'create aws_ecs_service.mailer']),
    );
    await project.writeConfig(configOf({ api, site }));
    expect(codes(await run('infra:deploy', ...deployArgs(...images)))).toEqual(['DATA_LOSS']);
    const removed = await done('infra:deploy', ...deployArgs(...images), '--allow-data-loss', 'aws_db_instance.main');
    expect(changes(removed)).toEqual(
      expect.arrayContaining(['delete aws_db_instance.main', 'delete aws_ecs_service.mailer']),
    );
  }, 1_200_000);

  test('infra:destroy leaves nothing behind', async () => {
    await done('infra:destroy', '--yes', '--with-state');
    expect(await inventoryOf(emulator, region)).toEqual(before);
    expect((await done('infra:destroy', '--yes')).document).toMatchObject({ destroyed: [] });
  }, 1_200_000);
});

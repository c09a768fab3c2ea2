import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LandfallError } from '../../src/base/errors.js';
import type { LandfallEvent } from '../../src/base/events.js';
import { apiImage } from '../harness/api-image.js';
import { findBaseImage } from '../harness/base-image.js';
import { startFaultyRegistry, type FaultyRegistry } from '../harness/faulty-registry.js';
import { freePort } from '../harness/image-registry.js';
import { openImageWorkshop, type Build, type ImageWorkshop } from '../harness/image-workshop.js';
import { commandLinesWith, filesWith, plantedIn } from '../harness/planted.js';
import { requireOnCi } from '../harness/terraform.js';
import { mountSmallDisk, smallDiskAbsent } from '../harness/small-disk.js';

const base = await findBaseImage();
requireOnCi(`the base image (${base.reason ?? ''})`, base.folder);
const noDisk = await smallDiskAbsent();

let workshop: ImageWorkshop;
let registry: FaultyRegistry;
let places = 0;

/** Builds through the faulty registry, into repositories of its own. */
const build = (builder: string, more: Partial<Build> = {}) => {
  places += 1;
  return workshop.build({ builder, place: `fault-${String(places)}`, host: registry.host, ...more });
};

/** The error with which it ends. */
const failure = async (builder: string, more: Partial<Build> = {}): Promise<LandfallError> => {
  const result = await build(builder, more).catch((error: unknown) => error as LandfallError);
  if (!(result instanceof Error)) throw new Error(`It ended well, after ${registry.seen.join(', ')}.`);
  return result;
};

const whole = {
  api: { digest: expect.stringMatching(/^sha256:/) as string, built: true, content: expect.any(String) as string },
};

describe.skipIf(base.folder === undefined)(`Images when something fails ${base.reason ?? ''}`, () => {
  beforeAll(async () => {
    workshop = await openImageWorkshop(base.folder ?? '');
  });

  beforeEach(async () => {
    registry = await startFaultyRegistry(() => workshop.registry.host);
  });

  afterEach(async () => {
    await registry.stop();
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('landfall-'))).toEqual([]);
  });

  afterAll(async () => {
    await workshop.close();
  });

  test('a registry that is down is told before anything is built', async () => {
    const host = `127.0.0.1:${String(await freePort())}`;
    const error = await failure('containerify', { host });
    expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', fix: expect.stringContaining('again') as string });
    expect(error.message).toContain(`The registry ${host} could not be asked for ${host}/`);
    expect(error.message).toContain('ECONNREFUSED');
  });

  describe.each(['containerify', 'buildah'])('%s', (builder) => {
    test('pushes again after 503 in the middle, and after a connection cut in the middle of a layer', async () => {
      registry.fail(/^(PATCH|PUT) .*\/blobs\/uploads\//, 503, 1);
      registry.fail(/^(PATCH|PUT) .*\/blobs\/uploads\//, 'cut', 1);
      expect(await build(builder)).toEqual(whole);
      expect(registry.seen.filter((line) => line.includes('→')).map((line) => line.split('→ ')[1])).toEqual([
        '503',
        'cut',
      ]);
    });

    test('that the registry always answers 503 ends with its words, and goes on later from what was built', async () => {
      registry.fail(/^(POST|PATCH|PUT) /, 503, 1_000);
      const error = await failure(builder, { place: `down-${builder}` });
      expect(error).toMatchObject({ code: 'IMAGE_PUSH_FAILED', path: 'services.api' });
      expect(error.message).toContain(`${registry.host}/down-${builder}-api`);
      expect(error.message).toContain('503');
      expect(await build(builder, { place: `down-${builder}`, host: workshop.registry.host })).toEqual(whole);
    });

    test('signs in anew when its token is no longer taken', async () => {
      const asked = workshop.tokens();
      registry.demand(`token-${String(asked + 2)}`);
      expect(await build(builder)).toEqual(whole);
      expect(workshop.tokens()).toBe(asked + 2);
    });

    test('that may not push says so, and what to allow', async () => {
      registry.fail(/^POST /, 403, 1_000);
      const error = await failure(builder);
      expect(error).toMatchObject({
        code: 'IMAGE_PUSH_FAILED',
        fix: expect.stringContaining('ecr:PutImage') as string,
      });
    });

    test('whose build fails says the last lines, and tells no token to anyone', async () => {
      const planted = ['planted-token-in-npmrc', 'planted-token-in-env'];
      const project = await workshop.copy();
      await writeFile(
        join(project, '.npmrc'),
        '//a.example/:_authToken=planted-token-in-npmrc\n//b.example/:_authToken=${OWN_TOKEN}\n',
      );
      const script = `cat /root/.npmrc ../../.npmrc 2>/dev/null; echo "$OWN_TOKEN"; sleep 1; echo "main.ts is wrong"; exit 3`;
      const manifest = join(project, 'services/api/package.json');
      const json = JSON.parse(await readFile(manifest, 'utf8')) as object;
      await writeFile(manifest, JSON.stringify({ ...json, scripts: { build: script } }));
      vi.stubEnv('OWN_TOKEN', 'planted-token-in-env');
      const events: LandfallEvent[] = [];
      let isBuilding = true;
      const shown = sampleCommandLines(planted, () => isBuilding);
      const error = await failure(builder, { project, emit: (event) => events.push(event) });
      isBuilding = false;
      vi.unstubAllEnvs();
      expect(error).toMatchObject({ code: 'IMAGE_BUILD_FAILED', path: 'services.api' });
      expect(error.message).toContain('main.ts is wrong');
      expect(events.some((event) => JSON.stringify(event).includes('main.ts is wrong'))).toBe(true);
      expect(plantedIn(JSON.stringify([events, error.message, error.fix]), planted)).toEqual([]);
      expect(await shown).toEqual([]);
      if (builder === 'buildah') expect(await filesWith(join(workshop.folder, 'graph'), planted)).toEqual([]);
    });
  });

  test('a base image that is not there is named', async () => {
    const env = { LANDFALL_NODE_IMAGE: `${workshop.registry.host}/none:1` };
    const error = await failure('containerify', { env });
    expect(error).toMatchObject({ code: 'BASE_IMAGE_MISSING', fix: expect.stringContaining('NODE_IMAGE') as string });
    expect(error.message).toContain(`${workshop.registry.host}/none:1`);
    const events: LandfallEvent[] = [];
    const own = await failure('buildah', { env, emit: (event) => events.push(event) });
    expect(own).toMatchObject({ code: 'IMAGE_BUILD_FAILED' });
    expect(own.message).toContain('none');
    expect(JSON.stringify(events)).toContain('has no such image');
  });

  test.skipIf(noDisk !== undefined)(
    `a full disk is told with where to make room, and the next run is whole ${noDisk ?? ''}`,
    async () => {
      // The first has no room for the sources, the second none for what is installed.
      for (const kilobytes of [16, 300]) {
        const disk = await mountSmallDisk(join(workshop.folder, `disk-${String(kilobytes)}`), kilobytes);
        vi.stubEnv('TMPDIR', disk.folder);
        const error = await failure('containerify', { place: 'full' }).finally(() => vi.unstubAllEnvs());
        expect(error).toMatchObject({ code: 'DISK_FULL', path: 'services.api' });
        expect(error.fix).toContain(disk.folder);
        expect(await readdir(disk.folder)).toEqual([]);
        await disk.unmount();
      }
      expect(await build('containerify', { place: 'full' })).toEqual(whole);
    },
  );

  test.each(['containerify', 'buildah'])('%s takes folders with spaces and quotes in their names', async (builder) => {
    const project = await workshop.copy(`it's "my" $HOME shop`);
    const context = `services/the "main" API's`;
    await rename(join(project, 'services/api'), join(project, context));
    const lockfile = join(project, 'package-lock.json');
    const inJson = JSON.stringify(context).slice(1, -1);
    await writeFile(
      lockfile,
      (await readFile(lockfile, 'utf8')).replaceAll('services/api', () => inJson),
    );
    expect(await build(builder, { project, images: [{ ...apiImage, context }] })).toEqual(whole);
  });
});

/** Command lines that hold a planted text, looked for all the time. */
async function sampleCommandLines(planted: readonly string[], goesOn: () => boolean): Promise<readonly string[]> {
  const found = new Set<string>();
  while (goesOn()) {
    for (const line of await commandLinesWith(planted)) found.add(line);
    await sleep(50);
  }
  return [...found];
}

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { describeChoice, findBuilder } from '../../src/deploy/images/index.js';
import { writeArtifact } from '../../src/stack/artifact.js';
import { artifactFiles } from '../../src/stack/synth.js';
import { findBaseImage } from '../harness/base-image.js';
import { dockerAbsent, openDockerEngine, type DockerEngine } from '../harness/docker-engine.js';
import { freePort, runImage, type PulledImage } from '../harness/image-registry.js';
import { openImageWorkshop, type ImageWorkshop } from '../harness/image-workshop.js';
import { exampleConfig, synthesisOf } from '../harness/stacks.js';
import { requireOnCi } from '../harness/terraform.js';

const exec = promisify(execFile);
const base = await findBaseImage();
requireOnCi(`the base image (${base.reason ?? ''})`, base.folder);
const hasPodman = await exec('podman', ['--version']).then(Boolean, () => false);
const builders: readonly { readonly builder: string; readonly absent: string | undefined }[] = [
  { builder: 'containerify', absent: undefined },
  { builder: 'buildah', absent: undefined },
  { builder: 'podman', absent: hasPodman ? undefined : 'podman is not installed' },
  { builder: 'docker', absent: await dockerAbsent() },
];
for (const { absent } of builders) requireOnCi(absent ?? '', absent === undefined ? true : undefined);

const shop = join(import.meta.dirname, '..', '..', 'examples', 'shop');
const title =
  base.folder === undefined ? `(skipped: ${base.reason})` : `on Debian with Node.js ${process.versions.node}`;

let workshop: ImageWorkshop;

/** What a running image answers on `/health`. */
async function health(pulled: PulledImage): Promise<{ readonly status: number; readonly body: string }> {
  const port = await freePort();
  const child = runImage(pulled, { PORT: String(port) });
  onTestFinished(() => void child.kill());
  const errors = text(child.stderr);
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/health`).catch(() => undefined);
    if (answer !== undefined) return { status: answer.status, body: await answer.text() };
    if (child.exitCode !== null) break;
    await sleep(200);
  }
  child.kill();
  throw new Error(`The image does not answer: ${await errors}`);
}

describe.skipIf(base.folder === undefined)(`Real images ${title}`, () => {
  beforeAll(async () => {
    workshop = await openImageWorkshop(base.folder ?? '');
  });

  afterAll(async () => {
    await workshop.close();
  });

  for (const { builder, absent } of builders) {
    const skipped = absent === undefined ? '' : ` (skipped: ${absent})`;
    describe.skipIf(absent !== undefined)(`made by ${builder}${skipped}`, () => {
      let engine: DockerEngine | undefined;
      let digest: string;
      let pulled: PulledImage;

      beforeAll(async () => {
        if (builder !== 'docker') return;
        engine = await openDockerEngine(workshop.folder);
        Object.assign(process.env, engine.env);
      });

      afterAll(async () => {
        await engine?.stop();
      });

      test('are the same twice, and are not made where they are already', async () => {
        const first = await workshop.build({ builder, place: `${builder}-1` });
        digest = first['api']?.digest ?? '';
        expect(first['api']?.built).toBe(true);
        expect(digest).toMatch(/^sha256:[\da-f]{64}$/);
        expect(await workshop.build({ builder, place: `${builder}-1` })).toMatchObject({
          api: { digest, built: false },
        });
        const project = await workshop.copy();
        expect(await workshop.build({ builder, project, place: `${builder}-2` })).toMatchObject({
          api: { digest, built: true },
        });
        pulled = await workshop.pull(`${builder}-1-api`, digest);
      });

      test('run as a plain user, with what they need and no more', async () => {
        const { status, body } = await health(pulled);
        expect(status).toBe(200);
        expect(JSON.parse(body)).toEqual({
          greeting: 'Hello for 1 minute.',
          user: 1000,
          folder: '/app/services/api',
          nodeEnv: 'production',
          developmentDependencies: false,
          mayWriteItsFiles: false,
        });
      });

      test('run another command when a task names one', async () => {
        const child = runImage(pulled, {}, ['/bin/sh', '-c', 'node dist/migrate.js']);
        expect(await text(child.stdout)).toBe('migrated: Hello for 1 minute.\n');
      });

      test('hold no secret of the machine or the project', async () => {
        const project = await workshop.copy();
        await writeFile(join(project, '.npmrc'), '//registry.example/:_authToken=planted-in-npmrc\n');
        await writeFile(join(project, 'services/api/.env'), 'TOKEN=planted-in-env\n');
        const built = await workshop.build({ builder, project, place: `${builder}-3` });
        const { root } = await workshop.pull(`${builder}-3-api`, built['api']?.digest ?? '');
        const found = await exec('grep', ['-rlE', 'planted-in', join(root, '..')]).catch(() => ({ stdout: '' }));
        expect(found.stdout).toBe('');
      });

      test('of the gateway are the base image with the artifact’s files and settings', async () => {
        const synthesis = synthesisOf(await exampleConfig('shop'), 'dev');
        const artifact = await mkdtemp(join(workshop.folder, 'artifact-'));
        await writeArtifact(artifact, artifactFiles(synthesis));
        const images = synthesis.manifest.images.filter(({ kind }) => kind === 'kong');
        const service = images[0]?.service ?? '';
        const built = await workshop.build({ builder, images, artifact, place: builder });
        const gateway = await workshop.pull(`${builder}-${service}`, built[service]?.digest ?? '');
        const kong = await readFile(join(artifact, 'gateway/kong.yml'), 'utf8');
        expect(await readFile(join(gateway.root, 'etc/kong/kong.yml'), 'utf8')).toBe(kong);
        const plugin = join(gateway.root, 'usr/local/share/lua/5.1/kong/plugins/landfall-jwt');
        expect(await readdir(plugin)).toEqual(await readdir(join(artifact, 'gateway/plugins/landfall-jwt')));
        expect(gateway.Env).toContain('KONG_PLUGINS=bundled,landfall-jwt');
        expect(gateway.Cmd).toEqual(['node']);
      });
    });
  }

  const noDocker = builders.find(({ builder }) => builder === 'docker')?.absent;
  test.skipIf(noDocker !== undefined)(
    `a docker whose engine does not run is passed over ${noDocker ?? ''}`,
    async () => {
      vi.stubEnv('DOCKER_HOST', `unix://${join(workshop.folder, 'nowhere')}`);
      onTestFinished(() => void vi.unstubAllEnvs());
      expect(describeChoice(await findBuilder({}))).toMatch(
        /^(podman|buildah); not used: docker: its engine does not answer/,
      );
    },
  );

  describe('of a service with its own Dockerfile', () => {
    const withDockerfile = async () => {
      const project = await workshop.copy();
      const lines = [
        `FROM ${workshop.registry.host}/node:22`,
        'COPY services/api/src /srv',
        'USER 1000',
        'CMD ["node", "/srv/x"]',
      ];
      await writeFile(join(project, 'services/api/Dockerfile'), lines.join('\n'));
      return project;
    };

    test('are what it says', async () => {
      const built = await workshop.build({ builder: 'buildah', project: await withDockerfile(), place: 'own' });
      const pulled = await workshop.pull('own-api', built['api']?.digest ?? '');
      expect(await readdir(join(pulled.root, 'srv'))).toEqual(['main.js', 'migrate.js']);
      expect(pulled.Cmd).toEqual(['node', '/srv/x']);
    });

    test('need a builder that follows it', async () => {
      const project = await withDockerfile();
      await expect(workshop.build({ builder: 'containerify', project, place: 'own-2' })).rejects.toMatchObject({
        code: 'BUILDER_MISSING',
        path: 'services.api',
      });
    });
  });

  test('of the shop’s services: the Next.js page server answers', { timeout: 900_000 }, async () => {
    const { manifest } = synthesisOf(await exampleConfig('shop'), 'dev');
    const images = manifest.images.filter(({ service }) => ['web', 'auth-service'].includes(service));
    const built = await workshop.build({ builder: 'containerify', images, project: shop, place: 'shop' });
    const { status } = await health(await workshop.pull('shop-web', built['web']?.digest ?? ''));
    expect(status).toBe(200);
    const auth = await workshop.pull('shop-auth-service', built['auth-service']?.digest ?? '');
    // Without its database's address it says so, and ends: everything that it imports is there.
    const child = runImage(auth, { PORT: '1' });
    expect(`${await text(child.stdout)}${await text(child.stderr)}`).toContain('DATABASE_URL');
  });
});

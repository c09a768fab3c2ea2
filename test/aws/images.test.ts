import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildImages } from '../../src/deploy/images/index.js';
import type { Manifest, ManifestImage } from '../../src/stack/manifest.js';
import { writeArtifact } from '../../src/stack/artifact.js';
import { artifactFiles } from '../../src/stack/synth.js';
import { apiImage } from '../harness/api-image.js';
import { buildahEnvironment, findBaseImage } from '../harness/base-image.js';
import {
  freePort,
  runImage,
  startImageRegistry,
  type ImageRegistry,
  type PulledImage,
} from '../harness/image-registry.js';
import { exampleConfig, synthesisOf } from '../harness/stacks.js';
import { requireOnCi } from '../harness/terraform.js';

const exec = promisify(execFile);
const base = await findBaseImage();
requireOnCi(`the base image (${base.reason ?? ''})`, base.folder);

const fixture = join(import.meta.dirname, '..', 'fixtures', 'workspace');
const shop = join(import.meta.dirname, '..', '..', 'examples', 'shop');
const title =
  base.folder === undefined ? `(skipped: ${base.reason})` : `on Debian with Node.js ${process.versions.node}`;

let folder: string;
let registry: ImageRegistry;
let environment: Readonly<Record<string, string>>;

const image = (more: Partial<ManifestImage> = {}): ManifestImage => ({ ...apiImage, ...more });

interface Build {
  readonly builder: string;
  readonly images?: readonly ManifestImage[];
  readonly project?: string;
  readonly artifact?: string;
  /** Goes before each repository's name. */
  readonly place: string;
}

/** Builds images into repositories `<place>-<service>`. */
async function build({ builder, images = [image()], project = fixture, artifact = '', place }: Build) {
  const manifest: Pick<Manifest, 'images'> = { images };
  const repositories = images.map(({ service }) => [service, `${registry.host}/${place}-${service}`] as const);
  return buildImages({
    manifest,
    projectFolder: project,
    artifactFolder: artifact,
    session: {
      client: () => {
        throw new Error('AWS is not asked for anything.');
      },
    },
    repositories: Object.fromEntries(repositories),
    emit: () => undefined,
    signal: new AbortController().signal,
    env: {
      ...environment,
      LANDFALL_BUILDER: builder,
      LANDFALL_NODE_IMAGE: `${registry.host}/node:22`,
      LANDFALL_KONG_IMAGE: `${registry.host}/node:22`,
    },
  });
}

/** Pulls an image back by its digest. */
async function pull(name: string, digest: string): Promise<PulledImage> {
  const to = await mkdtemp(join(folder, 'pulled-'));
  onTestFinished(() => rm(to, { recursive: true, force: true }));
  return registry.pull(`${name}@${digest}`, to);
}

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
    folder = await mkdtemp(join(tmpdir(), 'landfall-images-'));
    registry = await startImageRegistry(folder);
    await registry.add(base.folder ?? '', 'node:22');
    environment = { HOME: process.env['HOME'] ?? '', ...(await buildahEnvironment(folder)) };
    const { NODE_EXTRA_CA_CERTS } = process.env;
    if (NODE_EXTRA_CA_CERTS !== undefined) environment = { ...environment, NODE_EXTRA_CA_CERTS };
    // The builders run in this process's environment.
    Object.assign(process.env, await buildahEnvironment(folder));
  });

  afterAll(async () => {
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  });

  describe.each(['containerify', 'buildah'])('made by %s', (builder) => {
    let digest: string;

    test('are the same twice, and are not made where they are already', async () => {
      const first = await build({ builder, place: `${builder}-1` });
      digest = first['api']?.digest ?? '';
      expect(first['api']?.built).toBe(true);
      expect(digest).toMatch(/^sha256:[\da-f]{64}$/);
      expect(await build({ builder, place: `${builder}-1` })).toEqual({ api: { digest, built: false } });
      const elsewhere = await mkdtemp(join(folder, 'copy-'));
      await cp(fixture, elsewhere, { recursive: true });
      expect(await build({ builder, project: elsewhere, place: `${builder}-2` })).toEqual({
        api: { digest, built: true },
      });
    });

    test('run as a plain user, with what they need and no more', async () => {
      const { status, body } = await health(await pull(`${builder}-1-api`, digest));
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
      const pulled = await pull(`${builder}-1-api`, digest);
      const child = runImage(pulled, {}, ['/bin/sh', '-c', 'node dist/migrate.js']);
      expect(await text(child.stdout)).toBe('migrated: Hello for 1 minute.\n');
    });

    test('hold no secret of the machine or the project', async () => {
      const project = await mkdtemp(join(folder, 'secrets-'));
      await cp(fixture, project, { recursive: true });
      await writeFile(join(project, '.npmrc'), '//registry.example/:_authToken=planted-in-npmrc\n');
      await writeFile(join(project, 'services/api/.env'), 'TOKEN=planted-in-env\n');
      const built = await build({ builder, project, place: `${builder}-3` });
      const pulled = await pull(`${builder}-3-api`, built['api']?.digest ?? '');
      const found = await exec('grep', ['-rlE', 'planted-in', join(pulled.root, '..')]).catch(() => ({ stdout: '' }));
      expect(found.stdout).toBe('');
    });

    test('of the gateway are the base image with the artifact’s files and settings', async () => {
      const synthesis = synthesisOf(await exampleConfig('shop'), 'dev');
      const artifact = await mkdtemp(join(folder, 'artifact-'));
      await writeArtifact(artifact, artifactFiles(synthesis));
      const images = synthesis.manifest.images.filter(({ kind }) => kind === 'kong');
      const service = images[0]?.service ?? '';
      const built = await build({ builder, images, artifact, place: builder });
      const pulled = await pull(`${builder}-${service}`, built[service]?.digest ?? '');
      const kong = await readFile(join(artifact, 'gateway/kong.yml'), 'utf8');
      expect(await readFile(join(pulled.root, 'etc/kong/kong.yml'), 'utf8')).toBe(kong);
      const plugin = join(pulled.root, 'usr/local/share/lua/5.1/kong/plugins/landfall-jwt');
      expect(await readdir(plugin)).toEqual(await readdir(join(artifact, 'gateway/plugins/landfall-jwt')));
      expect(pulled.Env).toContain('KONG_PLUGINS=bundled,landfall-jwt');
      expect(pulled.Cmd).toEqual(['node']);
    });
  });

  describe('of a service with its own Dockerfile', () => {
    const withDockerfile = async () => {
      const project = await mkdtemp(join(folder, 'own-'));
      await cp(fixture, project, { recursive: true });
      const lines = [
        `FROM ${registry.host}/node:22`,
        'COPY services/api/src /srv',
        'USER 1000',
        'CMD ["node", "/srv/x"]',
      ];
      await writeFile(join(project, 'services/api/Dockerfile'), lines.join('\n'));
      return project;
    };

    test('are what it says', async () => {
      const built = await build({ builder: 'buildah', project: await withDockerfile(), place: 'own' });
      const pulled = await pull('own-api', built['api']?.digest ?? '');
      expect(await readdir(join(pulled.root, 'srv'))).toEqual(['main.js', 'migrate.js']);
      expect(pulled.Cmd).toEqual(['node', '/srv/x']);
    });

    test('need a builder that follows it', async () => {
      const project = await withDockerfile();
      await expect(build({ builder: 'containerify', project, place: 'own-2' })).rejects.toMatchObject({
        code: 'BUILDER_MISSING',
        path: 'services.api',
      });
    });
  });

  test('of the shop’s services: the Next.js page server answers', { timeout: 900_000 }, async () => {
    const { manifest } = synthesisOf(await exampleConfig('shop'), 'dev');
    const images = manifest.images.filter(({ service }) => ['web', 'auth-service'].includes(service));
    const built = await build({ builder: 'containerify', images, project: shop, place: 'shop' });
    const { status } = await health(await pull('shop-web', built['web']?.digest ?? ''));
    expect(status).toBe(200);
    const auth = await pull('shop-auth-service', built['auth-service']?.digest ?? '');
    // Without its database's address it says so, and ends: everything that it imports is there.
    const child = runImage(auth, { PORT: '1' });
    expect(`${await text(child.stdout)}${await text(child.stderr)}`).toContain('DATABASE_URL');
  });
});

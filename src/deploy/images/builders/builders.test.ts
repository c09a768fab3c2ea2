import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { fakeWaiting } from '../../testing/waiting.js';
import { parseReference } from '../reference.js';
import type { BuildOrder } from './builder.js';
import { chooseBuilder } from './find.js';

let folder: string;
const waiting = fakeWaiting();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-builders-'));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });
  vi.stubEnv('PATH', folder);
});

/** A program on the PATH that notes its arguments and its input, then does what `line` says. */
async function program(name: string, line = 'exit 0'): Promise<void> {
  const file = join(folder, name);
  const script = `#!/bin/sh\necho "$@" >> ${folder}/${name}.calls\n${line}\n`;
  await writeFile(file, script);
  await chmod(file, 0o755);
}

const calls = async (name: string) =>
  (await readFile(join(folder, `${name}.calls`), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

const noBuildx = 'if [ "$1" = buildx ]; then exit 1; fi';
const noEngine = 'if [ "$1" = version ]; then exit 1; fi';

describe('what builds images', () => {
  test('is the first of docker, podman and buildah that works', async () => {
    await program('podman');
    await program('buildah');
    expect((await chooseBuilder(undefined, waiting)).name).toBe('podman');
    await program('docker');
    expect((await chooseBuilder('', waiting)).name).toBe('docker');
  });

  test.each([
    ['without an engine', noEngine],
    ['without buildx', noBuildx],
  ])('is not a docker %s', async (_name, line) => {
    await program('docker', line);
    expect((await chooseBuilder(undefined, waiting)).name).toBe('containerify');
    await expect(chooseBuilder('docker', waiting)).rejects.toMatchObject({
      code: 'BUILDER_NOT_WORKING',
      message: 'LANDFALL_BUILDER is docker, but docker does not work on this machine.',
    });
  });

  test('is what LANDFALL_BUILDER says', async () => {
    await program('docker');
    await program('buildah');
    expect((await chooseBuilder('buildah', waiting)).name).toBe('buildah');
    expect((await chooseBuilder('containerify', waiting)).name).toBe('containerify');
    await expect(chooseBuilder('kaniko', waiting)).rejects.toMatchObject({ code: 'BUILDER_UNKNOWN' });
  });
});

const order = (): BuildOrder => ({
  service: 'api',
  folder,
  platform: 'linux/arm64',
  target: parseReference('127.0.0.1:5000/shop-dev-api:content-1'),
  base: { argument: 'NODE_IMAGE', image: parseReference('node@sha256:aa') },
  source: { type: 'dockerfile' },
  secrets: { npmrc: '/tmp/npmrc' },
  credentials: undefined,
  say: () => undefined,
  signal: new AbortController().signal,
  waiting,
});

const shown = (lines: readonly string[]) => lines.map((line) => line.replaceAll(folder, 'FOLDER'));

describe('docker', () => {
  test('builds for the processor upon the base’s digest, then pushes', async () => {
    await program('docker');
    const builder = await chooseBuilder('docker', waiting);
    await builder.buildAndPush(order());
    expect(shown(await calls('docker')).slice(2)).toMatchInlineSnapshot(`
      [
        "buildx build --progress=plain --provenance=false --sbom=false --platform=linux/arm64 --file=FOLDER/Dockerfile --build-arg=SOURCE_DATE_EPOCH=0 --build-arg=NODE_IMAGE=docker.io/library/node@sha256:aa --secret=id=npmrc,src=/tmp/npmrc --output type=cacheonly FOLDER/context",
        "buildx build --progress=plain --provenance=false --sbom=false --platform=linux/arm64 --file=FOLDER/Dockerfile --build-arg=SOURCE_DATE_EPOCH=0 --build-arg=NODE_IMAGE=docker.io/library/node@sha256:aa --secret=id=npmrc,src=/tmp/npmrc --output type=image,name=127.0.0.1:5000/shop-dev-api:content-1,push=true,rewrite-timestamp=true FOLDER/context",
      ]
    `);
  });
});

describe('buildah', () => {
  test('builds for the processor upon the base’s digest, then pushes', async () => {
    await program('buildah');
    const builder = await chooseBuilder('buildah', waiting);
    await builder.buildAndPush(order());
    expect(shown(await calls('buildah')).slice(1)).toMatchInlineSnapshot(`
      [
        "build --timestamp=0 --layers --platform=linux/arm64 --file=FOLDER/Dockerfile --tls-verify=false --build-arg=NODE_IMAGE=docker.io/library/node@sha256:aa --secret=id=npmrc,src=/tmp/npmrc --tag=127.0.0.1:5000/shop-dev-api:content-1 FOLDER/context",
        "push --tls-verify=false 127.0.0.1:5000/shop-dev-api:content-1 docker://127.0.0.1:5000/shop-dev-api:content-1",
      ]
    `);
  });

  test('signs in with the password on standard input alone, again when it is refused', async () => {
    const refusedOnce = `if [ "$1" = login ]; then read -r password; echo "$password" >> ${folder}/input; [ -e ${folder}/again ] || { : > ${folder}/again; exit 1; }; fi`;
    await program('buildah', refusedOnce);
    const builder = await chooseBuilder('buildah', waiting);
    await builder.login('registry.example', { username: 'AWS', password: 'planted' }, new AbortController().signal);
    expect(await readFile(join(folder, 'input'), 'utf8')).toBe('planted\nplanted\n');
    const login = 'login --username AWS --password-stdin registry.example';
    expect((await calls('buildah')).slice(1)).toEqual([login, login]);
  });

  test('a build that fails is not tried again, and its last lines are told', async () => {
    await program('buildah', 'if [ "$1" = build ]; then echo "main.ts: wrong"; exit 1; fi');
    const builder = await chooseBuilder('buildah', waiting);
    await expect(builder.buildAndPush(order())).rejects.toMatchObject({
      code: 'IMAGE_BUILD_FAILED',
      message: 'The image of api could not be built (buildah). The last lines:\nmain.ts: wrong',
      path: 'services.api',
    });
    expect(await calls('buildah')).toHaveLength(2);
  });

  test('a push that fails is tried four times', async () => {
    await program('buildah', 'if [ "$1" = push ]; then echo "connection reset"; exit 1; fi');
    const builder = await chooseBuilder('buildah', waiting);
    await expect(builder.buildAndPush(order())).rejects.toMatchObject({ code: 'IMAGE_PUSH_FAILED' });
    expect((await calls('buildah')).filter((line) => line.startsWith('push'))).toHaveLength(4);
  });

  test('is stopped by the signal', async () => {
    await program('buildah', 'if [ "$1" = build ]; then exec /bin/sleep 30; fi');
    const builder = await chooseBuilder('buildah', waiting);
    const signal = AbortSignal.timeout(300);
    await expect(builder.buildAndPush({ ...order(), signal })).rejects.toThrow();
    expect((await calls('buildah')).filter((line) => line.startsWith('push'))).toEqual([]);
  });
});

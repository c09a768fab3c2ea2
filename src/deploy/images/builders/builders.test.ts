import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { fakeWaiting } from '../../testing/waiting.js';
import type { RegistryLogin } from '../credentials.js';
import { parseReference } from '../reference.js';
import type { BuildOrder } from './builder.js';
import { chooseBuilder, describeChoice } from './find.js';

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
    expect(describeChoice(await chooseBuilder(undefined, waiting))).toBe('podman; not used: docker: not installed');
    await program('docker');
    expect(describeChoice(await chooseBuilder('', waiting))).toBe('docker');
  });

  test.each([
    ['without an engine', noEngine, 'its engine does not answer'],
    ['without buildx', noBuildx, 'its plugin buildx is not installed'],
  ])('is not a docker %s', async (_name, line, reason) => {
    await program('docker', line);
    expect(describeChoice(await chooseBuilder(undefined, waiting))).toBe(
      `containerify (part of Landfall; it follows no Dockerfile); not used: docker: ${reason}, podman: not installed, buildah: not installed`,
    );
    await expect(chooseBuilder('docker', waiting)).rejects.toMatchObject({
      code: 'BUILDER_NOT_WORKING',
      message: `LANDFALL_BUILDER is docker, but docker does not work on this machine: ${reason}.`,
    });
  });

  test('is what LANDFALL_BUILDER says', async () => {
    await program('docker');
    await program('buildah');
    expect((await chooseBuilder('buildah', waiting)).builder.name).toBe('buildah');
    expect((await chooseBuilder('containerify', waiting)).builder.name).toBe('containerify');
    await expect(chooseBuilder('kaniko', waiting)).rejects.toMatchObject({ code: 'BUILDER_UNKNOWN' });
  });
});

/** Its tokens are `token-1`, `token-2` and so on. */
function fakeLogin(): RegistryLogin {
  let asked = 1;
  const current = () => ({ username: 'AWS', password: `token-${String(asked)}` });
  return {
    get credentials() {
      return current();
    },
    renew: () => {
      asked += 1;
      return Promise.resolve(current());
    },
  };
}

const order = (): BuildOrder => ({
  service: 'api',
  folder,
  platform: 'linux/arm64',
  target: parseReference('127.0.0.1:5000/shop-dev-api:content-1'),
  base: { argument: 'NODE_IMAGE', image: parseReference('node@sha256:aa') },
  source: { type: 'dockerfile' },
  secrets: { npmrc: '/tmp/npmrc' },
  login: fakeLogin(),
  say: () => undefined,
  hide: (line) => line.replaceAll('planted', '***'),
  signal: new AbortController().signal,
  waiting,
});

const shown = (lines: readonly string[]) => lines.map((line) => line.replaceAll(folder, 'FOLDER'));

const dockerDriver = (driver: string) => `if [ "$2" = inspect ]; then echo "Driver:        ${driver}"; fi`;

describe('docker', () => {
  test('builds for the processor upon the base’s digest, then pushes', async () => {
    await program('docker', dockerDriver('docker-container'));
    const { builder } = await chooseBuilder('docker', waiting);
    await builder.buildAndPush(order());
    expect(shown(await calls('docker')).slice(2)).toMatchInlineSnapshot(`
      [
        "buildx build --progress=plain --provenance=false --sbom=false --platform=linux/arm64 --file=FOLDER/Dockerfile --build-arg=SOURCE_DATE_EPOCH=0 --build-arg=NODE_IMAGE=docker.io/library/node@sha256:aa --secret=id=npmrc,src=/tmp/npmrc --output type=cacheonly FOLDER/context",
        "buildx inspect",
        "buildx build --progress=plain --provenance=false --sbom=false --platform=linux/arm64 --file=FOLDER/Dockerfile --build-arg=SOURCE_DATE_EPOCH=0 --build-arg=NODE_IMAGE=docker.io/library/node@sha256:aa --secret=id=npmrc,src=/tmp/npmrc --output type=image,name=127.0.0.1:5000/shop-dev-api:content-1,push=true,rewrite-timestamp=true FOLDER/context",
      ]
    `);
  });

  test('leaves the dates as they are where the engine itself builds: it refuses to set them', async () => {
    await program('docker', dockerDriver('docker'));
    const { builder } = await chooseBuilder('docker', waiting);
    await builder.buildAndPush(order());
    const [last = ''] = (await calls('docker')).slice(-1);
    expect(last).toContain('--output type=image,name=127.0.0.1:5000/shop-dev-api:content-1,push=true ');
  });
});

describe('buildah', () => {
  test('builds for the processor upon the base’s digest, then pushes', async () => {
    await program('buildah');
    const { builder } = await chooseBuilder('buildah', waiting);
    await builder.buildAndPush(order());
    expect(shown(await calls('buildah')).slice(1)).toMatchInlineSnapshot(`
      [
        "build --timestamp=0 --layers --force-rm --platform=linux/arm64 --file=FOLDER/Dockerfile --tls-verify=false --build-arg=NODE_IMAGE=docker.io/library/node@sha256:aa --secret=id=npmrc,src=/tmp/npmrc --tag=127.0.0.1:5000/shop-dev-api:content-1 FOLDER/context",
        "push --tls-verify=false 127.0.0.1:5000/shop-dev-api:content-1 docker://127.0.0.1:5000/shop-dev-api:content-1",
      ]
    `);
  });

  test('signs in with the password on standard input alone, again when it is refused', async () => {
    const refusedOnce = `if [ "$1" = login ]; then read -r password; echo "$password" >> ${folder}/input; [ -e ${folder}/again ] || { : > ${folder}/again; exit 1; }; fi`;
    await program('buildah', refusedOnce);
    const { builder } = await chooseBuilder('buildah', waiting);
    await builder.login('registry.example', { username: 'AWS', password: 'planted' }, new AbortController().signal);
    expect(await readFile(join(folder, 'input'), 'utf8')).toBe('planted\nplanted\n');
    const login = 'login --username AWS --password-stdin registry.example';
    expect((await calls('buildah')).slice(1)).toEqual([login, login]);
  });

  test('a build that fails is not tried again, and its last lines are told', async () => {
    await program('buildah', 'if [ "$1" = build ]; then echo "main.ts: wrong"; exit 1; fi');
    const { builder } = await chooseBuilder('buildah', waiting);
    await expect(builder.buildAndPush(order())).rejects.toMatchObject({
      code: 'IMAGE_BUILD_FAILED',
      message: 'The image of api could not be built (buildah). The last lines:\nmain.ts: wrong',
      path: 'services.api',
    });
    expect(await calls('buildah')).toHaveLength(2);
  });

  test('a push that fails is tried four times', async () => {
    await program('buildah', 'if [ "$1" = push ]; then echo "connection reset"; exit 1; fi');
    const { builder } = await chooseBuilder('buildah', waiting);
    await expect(builder.buildAndPush(order())).rejects.toMatchObject({ code: 'IMAGE_PUSH_FAILED' });
    expect((await calls('buildah')).filter((line) => line.startsWith('push'))).toHaveLength(4);
    expect((await calls('buildah')).filter((line) => line.startsWith('login'))).toEqual([]);
  });

  test('a push that is refused is tried again with new credentials, which are asked for once', async () => {
    const line = `case "$1" in login) read -r password; echo "$password" >> ${folder}/input;; push) echo "401 Unauthorized"; exit 1;; esac`;
    await program('buildah', line);
    const { builder } = await chooseBuilder('buildah', waiting);
    await expect(builder.buildAndPush(order())).rejects.toMatchObject({
      code: 'IMAGE_PUSH_FAILED',
      fix: expect.stringContaining('ecr:PutImage') as string,
    });
    expect(await readFile(join(folder, 'input'), 'utf8')).toBe('token-2\n');
    expect((await calls('buildah')).slice(2).map((call) => call.split(' ')[0])).toEqual(['push', 'login', 'push']);
  });

  test.each(['build', 'push'])('a full disk ends a %s at once, and says so', async (step) => {
    await program('buildah', `if [ "$1" = ${step} ]; then echo "write /x: no space left on device"; exit 1; fi`);
    const { builder } = await chooseBuilder('buildah', waiting);
    await expect(builder.buildAndPush(order())).rejects.toMatchObject({ code: 'DISK_FULL', path: 'services.api' });
    expect((await calls('buildah')).filter((call) => call.startsWith(step))).toHaveLength(1);
  });

  test('what it writes is told without the secrets of the build', async () => {
    const said: string[] = [];
    await program('buildah', 'if [ "$1" = build ]; then echo "npm planted"; exit 1; fi');
    const { builder } = await chooseBuilder('buildah', waiting);
    await expect(builder.buildAndPush({ ...order(), say: (line) => said.push(line) })).rejects.toMatchObject({
      message: 'The image of api could not be built (buildah). The last lines:\nnpm ***',
    });
    expect(said).toEqual(['npm ***']);
  });

  test('is stopped by the signal, with what it has started', async () => {
    await program('buildah', 'if [ "$1" = build ]; then /bin/sleep 30; fi');
    const started = performance.now();
    const { builder } = await chooseBuilder('buildah', waiting);
    const signal = AbortSignal.timeout(300);
    await expect(builder.buildAndPush({ ...order(), signal })).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(5_000);
    expect((await calls('buildah')).filter((line) => line.startsWith('push'))).toEqual([]);
  });
});

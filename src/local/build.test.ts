import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { LandfallEvent } from '../base/events.js';
import type { Manifest, ManifestImage, ManifestSite } from '../stack/manifest.js';
import { buildChanged, hashContexts } from './build.js';
import { createProcesses } from './process/processes.js';
import { createFakePlane } from './testing/fake-context.js';

let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'landfall-build-'));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
}

const image = (service: string, build?: string): ManifestImage => ({
  service,
  kind: 'nestjs',
  runtime: 'process',
  repository: `aws_ecr_repository.${service}`,
  variable: `image_${service}`,
  context: service,
  ...(build !== undefined && { build }),
});

const site = (build?: string): ManifestSite => ({
  service: 'admin',
  context: 'admin',
  outputDir: 'build',
  env: { API_URL: 'https://api.shop.localhost:4400' },
  bucket: 'aws_s3_bucket.site_admin',
  distribution: 'aws_cloudfront_distribution.admin',
  ...(build !== undefined && { build }),
});

const manifestOf = (images: readonly ManifestImage[], sites: readonly ManifestSite[] = []): Manifest => ({
  ...createFakePlane().context('x').manifest,
  images,
  sites,
});

/** Builds as a deploy does, with real processes; gives what was built, in order. */
async function build(manifest: Manifest, signal = new AbortController().signal): Promise<readonly string[]> {
  const processes = createProcesses({
    folder: join(project, '.landfall/builds'),
    logs: join(project, '.landfall/logs'),
  });
  const events: LandfallEvent[] = [];
  try {
    await buildChanged(manifest, await hashContexts(manifest, project), {
      projectFolder: project,
      recordFile: join(project, '.landfall/builds.json'),
      processes,
      clock: createFakePlane().clock,
      emit: (event) => void events.push(event),
      signal,
    });
  } finally {
    await processes.close();
  }
  return events.flatMap((event) => (event.type === 'step' && event.status === 'done' ? [event.label] : []));
}

const note = 'pwd >> ../built.txt';

describe('buildChanged', () => {
  test('builds each in its own folder, and what has not changed not again', async () => {
    await write({ 'api/main.ts': '1', 'web/main.ts': '1' });
    const manifest = manifestOf([image('api', note), image('web', note)]);
    expect(await build(manifest)).toEqual(['build api', 'build web']);
    expect(await build(manifest)).toEqual([]);
    await write({ 'web/main.ts': '2' });
    expect(await build(manifest)).toEqual(['build web']);
    const folders = (await readFile(join(project, 'built.txt'), 'utf8')).trim().split('\n');
    expect(folders.map((folder) => folder.slice(folder.lastIndexOf('/') + 1))).toEqual(['api', 'web', 'web']);
  });

  test('builds again when the command changed', async () => {
    await write({ 'api/main.ts': '1' });
    await build(manifestOf([image('api', 'true')]));
    expect(await build(manifestOf([image('api', 'true && true')]))).toEqual(['build api']);
  });

  test('runs the package’s own build script when no command is given, and nothing when it has none', async () => {
    await write({ 'api/package.json': '{"scripts": {"build": "touch built"}}', 'web/package.json': '{}' });
    expect(await build(manifestOf([image('api'), image('web')]))).toEqual(['build api']);
    expect(await readFile(join(project, 'api/built'), 'utf8')).toBe('');
  });

  test('gives a site its environment, and the user’s own to all', async () => {
    await write({ 'admin/main.ts': '1' });
    const command = 'mkdir -p build && printf "%s %s" "$API_URL" "$HOME" > build/index.html';
    await build(manifestOf([], [site(command)]));
    const text = await readFile(join(project, 'admin/build/index.html'), 'utf8');
    expect(text).toBe(`https://api.shop.localhost:4400 ${process.env['HOME'] ?? ''}`);
  });

  test('does not take what a site’s build wrote for a change, and builds again when it is gone', async () => {
    await write({ 'admin/main.ts': '1' });
    const manifest = manifestOf([], [site('mkdir -p build && date +%N > build/index.html')]);
    expect(await build(manifest)).toEqual(['build admin']);
    expect(await build(manifest)).toEqual([]);
    await rm(join(project, 'admin/build'), { recursive: true });
    expect(await build(manifest)).toEqual(['build admin']);
  });

  test('does not build the gateway’s image', async () => {
    expect(await build(manifestOf([{ ...image('gateway', 'false'), kind: 'kong', runtime: 'kong' }]))).toEqual([]);
  });
});

describe('a Next.js front end', () => {
  const next = (build?: string) => manifestOf([{ ...image('web', build), kind: 'nextjs' }]);
  const releases = () => join(project, '.landfall/releases/web');
  const inRelease = (path: string) => readFile(join(releases(), 'current', path), 'utf8');

  /** Writes what `next build` does, for an application in a workspace. */
  const nextBuild = [
    'mkdir -p .next/static .next/standalone/below/web',
    'cat page > .next/static/page.js',
    'echo "$NODE_ENV" > .next/standalone/below/web/server.js',
    'echo types > next-env.d.ts',
    `echo '{"relativeAppDir": "below/web"}' > .next/required-server-files.json`,
  ].join(' && ');

  test('is released with its static and public files, for production', async () => {
    await write({ 'web/page': 'one', 'web/public/robots.txt': 'all' });
    expect(await build(next(nextBuild))).toEqual(['build web']);
    expect([await inRelease('server.js'), await inRelease('.next/static/page.js')]).toEqual(['production\n', 'one']);
    expect(await inRelease('public/robots.txt')).toBe('all');
  });

  test('is built again when its code changed or its release is gone, not for what its build wrote', async () => {
    await write({ 'web/page': 'one' });
    await build(next(nextBuild));
    expect(await build(next(nextBuild))).toEqual([]);
    await rm(releases(), { recursive: true });
    expect(await build(next(nextBuild))).toEqual(['build web']);
    await write({ 'web/page': 'two' });
    expect(await build(next(nextBuild))).toEqual(['build web']);
    expect(await inRelease('.next/static/page.js')).toBe('two');
  });

  test('keeps the release that may still run, and none before it', async () => {
    const seen: string[] = [];
    for (const page of ['one', 'two', 'three']) {
      await write({ 'web/page': page });
      await build(next(nextBuild));
      seen.push((await realpath(join(releases(), 'current'))).replace('/below/web', ''));
    }
    const kept = (await readdir(releases())).filter((name) => name !== 'current').map((name) => join(releases(), name));
    expect(kept.sort()).toEqual((await Promise.all(seen.slice(1).map((path) => realpath(path)))).sort());
  });

  test('without a standalone server is an error that says what to set', async () => {
    await write({ 'web/page': 'one' });
    await expect(build(next('mkdir -p .next'))).rejects.toMatchObject({
      code: 'NEXT_NOT_STANDALONE',
      path: 'services.web',
    });
  });
});

describe('a build that fails', () => {
  test('is an error with its command, its end and its last lines; what came before is remembered', async () => {
    await write({ 'api/main.ts': '1', 'web/main.ts': '1' });
    const failing = manifestOf([image('api', 'true'), image('web', 'echo "main.ts(1,1): wrong" >&2; exit 3')]);
    await expect(build(failing)).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      path: 'services.web',
      message: expect.stringMatching(
        /build of web .* ended with 3\. Its last lines:\nmain\.ts\(1,1\): wrong$/,
      ) as string,
    });
    expect(await build(manifestOf([image('api', 'true'), image('web', 'true')]))).toEqual(['build web']);
  });

  test('is tried again the next time, although nothing changed', async () => {
    await write({ 'api/main.ts': '1', fail: '' });
    const manifest = manifestOf([image('api', 'test ! -e ../fail')]);
    await expect(build(manifest)).rejects.toMatchObject({ code: 'BUILD_FAILED' });
    await rm(join(project, 'fail'));
    expect(await build(manifest)).toEqual(['build api']);
  });

  test('ends at once when the deploy is interrupted', async () => {
    await write({ 'api/main.ts': '1' });
    const started = performance.now();
    await expect(build(manifestOf([image('api', 'sleep 60')]), AbortSignal.timeout(200))).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('hashContexts', () => {
  test('has an entry for each image and each site', async () => {
    await write({ 'api/main.ts': '1', 'admin/main.ts': '1' });
    const { images, sites } = await hashContexts(manifestOf([image('api')], [site()]), project);
    expect([Object.keys(images), Object.keys(sites)]).toEqual([['api'], ['admin']]);
  });

  test('sees a change of a site that is not built, in the folder that is served', async () => {
    await write({ 'admin/build/index.html': '1' });
    const manifest = manifestOf([], [site()]);
    const first = await hashContexts(manifest, project);
    await write({ 'admin/build/index.html': '2' });
    expect(await hashContexts(manifest, project)).not.toEqual(first);
  });

  test('sees a change of a site’s environment', async () => {
    await write({ 'admin/index.html': '1' });
    const first = await hashContexts(manifestOf([], [site()]), project);
    expect(await hashContexts(manifestOf([], [{ ...site(), env: {} }]), project)).not.toEqual(first);
  });

  test('names a folder that does not exist', async () => {
    await expect(hashContexts(manifestOf([image('api')]), project)).rejects.toMatchObject({
      code: 'SERVICE_FOLDER_MISSING',
      path: 'services.api.path',
      message: `The folder api of the service api does not exist in ${project}.`,
    });
  });
});

import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { LocalContext, TaskRuntime, TaskSpec } from '../../../local/contract/context.js';
import { createFakePlane } from '../../../local/testing/fake-context.js';
import { nextRuntime } from './next-runtime.js';

const spec: TaskSpec = {
  id: 'web-1',
  service: 'web',
  env: {
    API_URL: 'https://api.shop.localhost',
    PATHS: 'https://api.shop.localhost/offers',
    OTHER: 'https://api.shop.localhost.example',
  },
  containerPort: 3000,
  stopSignal: 'SIGTERM',
  stopTimeoutSeconds: 30,
};

const image = {
  service: 'web',
  kind: 'nextjs',
  runtime: 'process',
  repository: 'aws_ecr_repository.web',
  variable: 'image_web',
  context: 'apps/web',
  start: 'node server.js',
} as const;

test('runs the start command in the release, and gives URLs of this machine', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'landfall-next-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'releases/web/release-1/apps/web'), { recursive: true });
  await symlink('release-1/apps/web', join(folder, 'releases/web/current'));
  let got: { readonly spec: TaskSpec; readonly ctx: LocalContext } | undefined;
  const process: TaskRuntime = {
    start: (given, ctx) => {
      got = { spec: given, ctx };
      return Promise.reject(new Error('Started enough.'));
    },
  };
  const endpoints = [{ name: 'api', host: 'api.shop.localhost' }];
  const plane = createFakePlane({ folder, runtimes: { process }, manifest: { images: [image], endpoints } });
  await expect(nextRuntime.start(spec, plane.context('x'))).rejects.toThrow('Started enough.');
  expect(got?.ctx.manifest.images[0]?.context).toBe('../releases/web/release-1/apps/web');
  expect(got?.spec.env).toEqual({
    HOSTNAME: '127.0.0.1',
    API_URL: 'https://api.shop.localhost:4400',
    PATHS: 'https://api.shop.localhost:4400/offers',
    OTHER: 'https://api.shop.localhost.example',
  });
});

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Emit } from '../../src/base/events.js';
import { buildImages, type BuiltImage } from '../../src/deploy/images/build-images.js';
import { fakeAccount } from '../../src/deploy/testing/aws.js';
import type { ManifestImage } from '../../src/stack/manifest.js';
import { apiImage } from './api-image.js';
import { buildahEnvironment } from './base-image.js';
import { startImageRegistry, type ImageRegistry, type PulledImage } from './image-registry.js';

const exec = promisify(execFile);

/** The workspace with the service `services/api`. */
export const fixture = join(import.meta.dirname, '..', 'fixtures', 'workspace');

export interface Build {
  readonly builder: string;
  /** Default: that of `services/api`. */
  readonly images?: readonly ManifestImage[];
  /** Default: the fixture. */
  readonly project?: string;
  readonly artifact?: string;
  /** Goes before each repository's name. */
  readonly place: string;
  /** Default: the registry's own. */
  readonly host?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly emit?: Emit;
}

/** A registry with a base image, and what builds upon it. */
export interface ImageWorkshop {
  /** Temporary, for the test's own files too. */
  readonly folder: string;
  readonly registry: ImageRegistry;
  /** How often ECR was asked for a token; the password is `token-<number>`. */
  tokens(): number;
  /** Builds images into repositories `<place>-<service>`; pauses between attempts are short. */
  build(build: Build): Promise<Readonly<Record<string, BuiltImage>>>;
  /** Pulls an image back by its digest. */
  pull(name: string, digest: string): Promise<PulledImage>;
  /** A copy of the fixture. @param name of its folder */
  copy(name?: string): Promise<string>;
  close(): Promise<void>;
}

/** The builders run in this process's environment, which is changed for them: with a temporary folder of its own, `<folder>/tmp`. */
export async function openImageWorkshop(base: string): Promise<ImageWorkshop> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-workshop-'));
  const registry = await startImageRegistry(folder);
  await registry.add(base, 'node:22');
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  Object.assign(process.env, { ...(await buildahEnvironment(folder)), TMPDIR: temporary });
  const account = await fakeAccount({
    GetAuthorizationToken: () => {
      const password = `token-${String(account.calls.length)}`;
      const authorizationToken = Buffer.from(`AWS:${password}`).toString('base64');
      return { authorizationData: [{ authorizationToken }] };
    },
  });
  return {
    folder,
    registry,
    tokens: () => account.calls.length,
    build: async ({ builder, images = [apiImage], project = fixture, place, ...more }) =>
      buildImages({
        manifest: { images },
        projectFolder: project,
        artifactFolder: more.artifact ?? (await mkdtemp(join(folder, 'artifact-'))),
        session: account.session,
        repositories: Object.fromEntries(
          images.map(({ service }) => [service, `${more.host ?? registry.host}/${place}-${service}`]),
        ),
        emit: more.emit ?? (() => undefined),
        signal: new AbortController().signal,
        waiting: { now: Date.now, sleep: (milliseconds) => sleep(milliseconds / 20) },
        env: {
          ...process.env,
          LANDFALL_BUILDER: builder,
          LANDFALL_NODE_IMAGE: `${registry.host}/node:22`,
          LANDFALL_KONG_IMAGE: `${registry.host}/node:22`,
          ...more.env,
        },
      }),
    pull: async (name, digest) => registry.pull(`${name}@${digest}`, await mkdtemp(join(folder, 'pulled-'))),
    copy: async (name = 'project') => {
      const project = join(await mkdtemp(join(folder, 'copy-')), name);
      await cp(fixture, project, { recursive: true });
      return project;
    },
    close: async () => {
      await Promise.all([registry.stop(), account.stop()]);
      await unmounted(join(folder, 'graph', 'overlay'));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Builders keep their layers mounted upon themselves: more than once, and busy for a while, when one of them was killed. */
async function unmounted(folder: string): Promise<void> {
  while (await exec('umount', ['--lazy', folder]).then(Boolean, () => false));
}

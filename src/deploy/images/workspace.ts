import { stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { getPackages, PackageJsonMissingNameError } from '@manypkg/get-packages';
import { LandfallError, messageOf } from '../../base/errors.js';
import { packageJson, type PackageJson } from '../content-hash.js';
import { packageManagerOf, type PackageManager } from './package-manager.js';

/** A package of a workspace, or the only one there is. */
export interface Package {
  /** Relative to the workspace's root with `/`; `.` for the root itself. */
  readonly folder: string;
  readonly name?: string;
  readonly json: PackageJson;
}

/** Where a service's packages stand, and what installs them. */
export interface Workspace {
  /** Absolute. */
  readonly root: string;
  /** Undefined where there is nothing to install. */
  readonly manager?: PackageManager;
  readonly service: Package;
  /** Packages of the workspace that the service depends on, directly or through each other; what is needed comes first. */
  readonly linked: readonly Package[];
  /** Folders of all packages besides the root, sorted: their `package.json` files are what an install reads. */
  readonly folders: readonly string[];
}

/**
 * The workspace that a service's folder belongs to; the folder alone when it belongs to none.
 * @param folder absolute
 * @param installs whether its package manager is asked for
 * @throws LandfallError `WORKSPACE_UNREADABLE`, `LOCKFILE_MISSING`, `PACKAGE_MANAGER_UNSUPPORTED`
 */
export async function workspaceOf(folder: string, service: string, installs = true): Promise<Workspace> {
  const json = await packageJson(folder);
  const alone: Workspace = { root: folder, service: packageAt('.', json), linked: [], folders: [] };
  if (!(await exists(join(folder, 'package.json')))) return alone;
  const workspace = (await memberOf(folder, json)) ?? alone;
  const needsInstall = [workspace.service, ...workspace.linked].some(({ json: one }) => hasDependencies(one));
  const isMember = workspace.folders.length > 0;
  const manager = installs && (needsInstall || isMember) ? await packageManagerOf(workspace.root, service) : undefined;
  return { ...workspace, ...(manager && { manager }) };
}

/** The workspace of which a folder is a package; undefined when it is none's. */
async function memberOf(folder: string, json: PackageJson): Promise<Workspace | undefined> {
  const found = await getPackages(folder).catch((cause: unknown) => {
    // A package of its own needs no name.
    if (cause instanceof PackageJsonMissingNameError && json.name === undefined) return undefined;
    throw unreadable(folder, cause);
  });
  if (found === undefined || found.tool.type === 'root') return undefined;
  const packages = await Promise.all(
    found.packages.map(async ({ dir, relativeDir }) =>
      packageAt(relativeDir.split(sep).join('/'), await packageJson(dir)),
    ),
  );
  const own = relative(found.rootDir, folder).split(sep).join('/') || '.';
  const service = packages.find((one) => one.folder === own);
  if (service === undefined) return undefined;
  const folders = packages.map((one) => one.folder).sort();
  return { root: found.rootDir, service, linked: linkedFrom(service, packages), folders };
}

const packageAt = (folder: string, json: PackageJson): Package => ({
  folder,
  json,
  ...(json.name !== undefined && { name: json.name }),
});

/** Depth first, so that what a package needs is built before it. */
function linkedFrom(start: Package, packages: readonly Package[]): readonly Package[] {
  const seen = new Set([start]);
  const visit = (from: Package): Package[] =>
    namesOf(from.json).flatMap((name) => {
      const target = packages.find((one) => one.name === name);
      if (target === undefined || seen.has(target)) return [];
      seen.add(target);
      return [...visit(target), target];
    });
  return visit(start);
}

const namesOf = ({ dependencies, devDependencies, optionalDependencies, peerDependencies }: PackageJson) =>
  Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies }).sort();

const hasDependencies = (json: PackageJson): boolean => namesOf(json).length > 0;

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

function unreadable(folder: string, cause: unknown): LandfallError {
  return new LandfallError(
    {
      code: 'WORKSPACE_UNREADABLE',
      message: `The workspace around ${folder} could not be read: ${messageOf(cause).split('\n')[0] ?? ''}.`,
      fix: 'Correct the package.json that it names, then run the command again.',
      path: folder,
    },
    { cause },
  );
}

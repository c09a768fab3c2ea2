import { chmod, cp, lstat, mkdir, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { shellWord } from '../../../base/shell.js';
import { cleanLine } from '../dockerfile.js';
import { stage } from '../context.js';
import { assembleLine, type Recipe } from '../recipe.js';
import { exists } from '../workspace.js';
import { build, type BuildOrder } from './builder.js';

type RecipeSource = Extract<BuildOrder['source'], { type: 'recipe' }>;

/**
 * Builds a service on this machine, in copies below the order's folder, and lays out what its image holds.
 * @returns names of folders in the order's folder whose contents go to the image's root, what changes seldom first
 */
export async function layoutOf(order: BuildOrder, { recipe, manifests }: RecipeSource): Promise<readonly string[]> {
  const { workspace, folders, steps, standalone } = recipe;
  const context = join(order.folder, 'context');
  const path = await withPackageManager(order, recipe);
  const run = (folder: string, line: string) => hostStep(order, folder, line, path);
  const { manager } = workspace;
  if (manager !== undefined) {
    await copyIfThere(join(workspace.root, '.npmrc'), join(context, '.npmrc'));
    await run(context, manager.installAll + manager.withoutLinks);
  }
  for (const { folder, command } of steps) await run(join(context, folder), command);
  if (standalone) {
    await run(context, assembleLine(workspace.service.folder, join(order.folder, 'app')));
    return ['app'];
  }
  await run(context, cleanLine(folders));
  if (manager === undefined) return [basename(context)];
  const installed = join(order.folder, 'installed');
  await stage({ root: context, files: manifests }, installed);
  await copyIfThere(join(workspace.root, '.npmrc'), join(installed, '.npmrc'));
  await run(installed, manager.installRuntime(workspace.service.folder) + manager.withoutLinks);
  await rm(join(installed, '.npmrc'), { force: true });
  for (const name of manager.records) await rm(join(installed, name), { recursive: true, force: true });
  const links = await withoutLinks(installed, installed);
  await layOutApplication(recipe, context, join(order.folder, 'app'), links);
  return ['installed', 'app'];
}

/** A link in `node_modules` to a package of the workspace; both relative to the root. */
interface WorkspaceLink {
  readonly link: string;
  readonly folder: string;
}

/** The built files of the service, and of each linked package where it is linked: an image made file by file has no links. */
async function layOutApplication(
  recipe: Recipe,
  built: string,
  to: string,
  links: readonly WorkspaceLink[],
): Promise<void> {
  const { service, linked } = recipe.workspace;
  await cp(join(built, service.folder), join(to, service.folder), { recursive: true });
  for (const { link, folder } of links) {
    if (linked.some((one) => one.folder === folder)) await cp(join(built, folder), join(to, link), { recursive: true });
  }
}

/** Takes the links to packages of the workspace away and says where they were; links to commands become scripts. */
async function withoutLinks(root: string, folder: string): Promise<readonly WorkspaceLink[]> {
  const found: WorkspaceLink[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await withoutLinks(root, path)));
    if (!entry.isSymbolicLink()) continue;
    const target = resolve(folder, await readlink(path));
    if (basename(folder) === '.bin') await makeCommand(path, target);
    else if (!relative(root, target).includes('node_modules')) {
      await rm(path);
      found.push({ link: relative(root, path), folder: relative(root, target) });
    }
  }
  return found;
}

/** A copy of a command would look for its modules beside itself. */
async function makeCommand(path: string, target: string): Promise<void> {
  await rm(path);
  if (!(await exists(target))) return;
  await chmod(target, (await stat(target)).mode | 0o111);
  const script = `#!/bin/sh\nexec "$(dirname "$0")/${relative(dirname(path), target)}" "$@"\n`;
  await writeFile(path, script, { mode: 0o755 });
}

/**
 * A script that becomes the service, or the command that a task is started with, such as a migration. The base image's own command, which
 * comes as arguments when the task names none, is none.
 * @returns the folder's name
 */
export async function startScript(
  folder: string,
  command: readonly string[],
  ofBase: readonly string[],
): Promise<string> {
  const name = 'start';
  await mkdir(join(folder, name), { recursive: true });
  const text = `#!/bin/sh\nif [ "$#" -gt 0 ] && [ "$*" != ${shellWord(ofBase.join(' '))} ]; then exec "$@"; fi\nexec ${command.map(shellWord).join(' ')}\n`;
  await writeFile(join(folder, name, 'start.sh'), text, { mode: 0o755 });
  return name;
}

/** A PATH on which the workspace's package manager comes first; undefined where Node.js brings it. */
async function withPackageManager(order: BuildOrder, { workspace }: Recipe): Promise<string | undefined> {
  const tool = workspace.manager?.tool;
  if (tool === undefined) return undefined;
  const folder = join(order.folder, 'tool');
  await mkdir(folder, { recursive: true });
  await hostStep(order, folder, `npm install --no-audit --no-fund --prefix . ${tool}`);
  return `${join(folder, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`;
}

/** Runs a line as the user would, but not with a NODE_ENV of theirs: `production` would leave out what builds need. */
function hostStep(order: BuildOrder, folder: string, line: string, path?: string): Promise<void> {
  return build(order, '/bin/sh', ['-c', `umask 022 && ${line}`], {
    cwd: folder,
    env: { NODE_ENV: undefined, CI: 'true', ...(path !== undefined && { PATH: path }) },
  });
}

async function copyIfThere(from: string, to: string): Promise<void> {
  if (await lstat(from).catch(() => undefined)) await cp(from, to);
}

import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import dockerignoreModule, { type Ignore as DockerIgnore } from '@balena/dockerignore';
import ignore, { type Ignore } from 'ignore';
import { inputFiles } from '../content-hash.js';
import type { Recipe } from './recipe.js';

/** The files that an image is made of: what is hashed is what a builder gets. */
export interface BuildContext {
  /** Absolute. */
  readonly root: string;
  /** Relative to `root` with `/`, sorted, without doubles. */
  readonly files: readonly string[];
}

// Its types tell of a default export; it is a CommonJS module that is the function.
const dockerignore = dockerignoreModule as unknown as () => DockerIgnore;

/** A machine's own settings: an image gets its environment from the task. */
const neverShipped = ['.env', '.env.local', '.env.*.local', '.npmrc'];

/** What an install reads at the root besides the packages' own `package.json`. */
const installFiles = [
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  '.pnpmfile.cjs',
  'yarn.lock',
  '.yarnrc.yml',
];
const installFolders = ['.yarn/releases', '.yarn/plugins', '.yarn/patches', 'patches'];

/** What a generated image is made of, and which of these files an install reads. */
export interface RecipeContext extends BuildContext {
  readonly manifests: readonly string[];
}

/** The files at the workspace's root, those of the service's and its linked packages' folders, and every package's `package.json`. */
export async function recipeContext({ workspace, folders }: Recipe): Promise<RecipeContext> {
  const { root } = workspace;
  const rules = ignore()
    .add(neverShipped)
    .add(await readText(join(root, '.gitignore')));
  const names = await filesIn(root);
  const atRoot = names.filter((name) => !rules.ignores(name));
  const below = await Promise.all([...folders, ...installFolders].map((folder) => filesBelow(root, folder, rules)));
  const packages = workspace.folders.map((folder) => posix.join(folder, 'package.json'));
  const files = [...new Set([...atRoot, ...packages, ...below.flat()])].sort();
  const manifests = files.filter(
    (file) =>
      installFiles.includes(file) ||
      packages.includes(file) ||
      installFolders.some((one) => file.startsWith(`${one}/`)),
  );
  return { root, files, manifests };
}

async function filesBelow(root: string, folder: string, rules: Ignore): Promise<readonly string[]> {
  const found = await inputFiles(join(root, folder), []).catch((): readonly string[] => []);
  return found.map((file) => posix.join(folder, file)).filter((file) => !rules.ignores(file));
}

/** Never sent, whatever `.dockerignore` says: they hold other machines' binaries, history, or Landfall's own files. */
const neverSent = ['.git', '.landfall', 'node_modules'];

/**
 * What a user's own Dockerfile may copy from: all of the folder, less what `.dockerignore` leaves out by Docker's rules.
 * @see https://docs.docker.com/build/concepts/context/#dockerignore-files (not re-read)
 */
export async function dockerContext(root: string): Promise<BuildContext> {
  const rules = dockerignore().add((await readText(join(root, '.dockerignore'))).split(/\r?\n/));
  const walk = async (below: string): Promise<readonly string[]> => {
    const entries = await readdir(join(root, below), { withFileTypes: true });
    const sent = entries.filter(({ name }) => !neverSent.includes(name));
    const found = await Promise.all(
      sent.map(async (entry) => {
        const path = posix.join(below, entry.name);
        if (entry.isDirectory()) return walk(path);
        return entry.isFile() && !rules.ignores(path) ? [path] : [];
      }),
    );
    return found.flat();
  };
  return { root, files: [...(await walk(''))].sort() };
}

/** A folder as it is, such as the gateway's in the artifact. */
export async function wholeContext(root: string): Promise<BuildContext> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return { root, files: files.map((file) => file.slice(root.length + 1).replaceAll('\\', '/')).sort() };
}

/**
 * A SHA-256 over names, contents and executability of the files, and over `also`; it depends on neither times nor the machine.
 * @param also what else changes the outcome, such as the Dockerfile's text
 */
export async function hashOf({ root, files }: BuildContext, also: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(also));
  for (const file of files) {
    const content = await readFile(join(root, file));
    const mode = await modeOf(join(root, file));
    hash.update(`${file}\0${String(mode)}\0${String(content.length)}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * Copies the files to `to`, all with the same date and with modes that depend on executability alone: a copy of them in an image is the same
 * wherever it is made.
 */
export async function stage({ root, files }: BuildContext, to: string): Promise<void> {
  const start = new Date(0);
  for (const file of files) {
    const target = join(to, file);
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await writeFile(target, await readFile(join(root, file)));
    await chmod(target, await modeOf(join(root, file)));
    await utimes(target, start, start);
  }
}

const modeOf = async (file: string): Promise<number> => (((await stat(file)).mode & 0o111) === 0 ? 0o644 : 0o755);

const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);

const readText = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

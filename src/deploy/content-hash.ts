import { createHash } from 'node:crypto';
import { readFile, readdir, realpath } from 'node:fs/promises';
import { dirname, join, posix, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { LandfallError, messageOf } from '../base/errors.js';

/** Never part of a build context: installed, built or kept for other purposes. */
const neverInput = [
  'node_modules',
  '.git',
  '.landfall',
  'dist',
  '.next',
  '.turbo',
  'coverage',
  '*.tsbuildinfo',
  '.DS_Store',
  '*.log',
];

/**
 * A SHA-256 over what a build of `context` reads: its files (less what `.gitignore` and `.dockerignore` leave out), the workspace
 * packages it links, and the nearest lockfile. Depends on contents and names alone, not on times or the machine.
 * @param also further text that changes the outcome, such as the build's environment
 * @param outputs folders of the context that the build itself writes
 * @throws LandfallError `PACKAGE_JSON_UNREADABLE`
 */
export async function contextHash(
  root: string,
  context: string,
  also = '',
  outputs: readonly string[] = [],
): Promise<string> {
  const folder = join(root, context);
  const hash = createHash('sha256').update(also);
  for (const part of [folder, ...(await linkedPackages(folder))]) {
    for (const file of await inputFiles(part, part === folder ? outputs : [])) {
      const content = await readFile(join(part, file));
      const name = `${relative(root, part).split(sep).join('/')}/${file}`;
      hash.update(`${name}\0${String(content.length)}\0`).update(content);
    }
  }
  const lockfile = await nearestLockfile(folder);
  if (lockfile !== undefined) hash.update(await readFile(lockfile));
  return hash.digest('hex');
}

/**
 * The files of a folder that a build reads, less what `.gitignore` and `.dockerignore` in it leave out, as relative paths with `/`, sorted.
 * Links are left out.
 * @param outputs folders that the build itself writes
 */
export async function inputFiles(folder: string, outputs: readonly string[]): Promise<readonly string[]> {
  const written = outputs.map((output) => posix.join('/', output)).filter((output) => output !== '/');
  const rules = ignore().add([...neverInput, ...written]);
  for (const name of ['.gitignore', '.dockerignore']) rules.add(await readText(join(folder, name)));
  return (await walk(folder, '', rules)).sort();
}

async function walk(folder: string, below: string, rules: Ignore): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (rules.ignores(entry.isDirectory() ? `${path}/` : path)) return [];
      return entry.isDirectory() ? walk(folder, path, rules) : entry.isFile() ? [path] : [];
    }),
  );
  return found.flat();
}

/** Folders of the workspace packages that a package links, directly or through each other, sorted. */
async function linkedPackages(folder: string, seen = new Set<string>()): Promise<readonly string[]> {
  const { dependencies = {}, devDependencies = {} } = await packageJson(folder);
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const target = await linkTarget(folder, name);
    if (target === undefined || seen.has(target)) continue;
    seen.add(target);
    await linkedPackages(target, seen);
  }
  return [...seen].sort();
}

/** Where `node_modules/<name>` leads when it is a link out of `node_modules`. */
async function linkTarget(folder: string, name: string): Promise<string | undefined> {
  for (let above = folder; ; above = dirname(above)) {
    const target = await realpath(join(above, 'node_modules', name)).catch(() => undefined);
    if (target !== undefined) return target.includes(`${sep}node_modules${sep}`) ? undefined : target;
    if (dirname(above) === above) return undefined;
  }
}

/** As much of a `package.json` as is read. */
export interface PackageJson {
  readonly name?: string;
  readonly packageManager?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** A folder's `package.json`; empty when there is none. @throws LandfallError `PACKAGE_JSON_UNREADABLE` */
export async function packageJson(folder: string): Promise<PackageJson> {
  const file = join(folder, 'package.json');
  const text = await readText(file);
  if (text === '') return {};
  try {
    return JSON.parse(text) as PackageJson;
  } catch (cause) {
    throw new LandfallError(
      {
        code: 'PACKAGE_JSON_UNREADABLE',
        message: `${file} is not JSON: ${messageOf(cause)}.`,
        fix: 'Correct it, then run the command again.',
        path: file,
      },
      { cause },
    );
  }
}

async function nearestLockfile(folder: string): Promise<string | undefined> {
  for (let above = folder; ; above = dirname(above)) {
    const names = await readdir(above).catch((): string[] => []);
    const found = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock'].find((name) => names.includes(name));
    if (found !== undefined) return join(above, found);
    if (dirname(above) === above) return undefined;
  }
}

const readText = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

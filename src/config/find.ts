import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { LandfallError } from '../base/errors.js';

/** In the order in which one folder is searched. */
const configNames = ['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `landfall.config.${extension}`);

const extensions = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];

/**
 * The config file: the one given, or the nearest `landfall.config.*` from the folder upwards.
 * @throws LandfallError when there is none
 */
export function findConfig(cwd: string, file?: string): string {
  return file === undefined ? nearestConfig(cwd) : givenConfig(resolve(cwd, file));
}

function nearestConfig(cwd: string): string {
  let folder = resolve(cwd);
  for (;;) {
    const found = configNames.map((name) => join(folder, name)).find(isFile);
    if (found !== undefined) return found;
    if (dirname(folder) === folder) break;
    folder = dirname(folder);
  }
  throw new LandfallError({
    code: 'CONFIG_NOT_FOUND',
    message: `There is no landfall.config.{ts,mts,js,mjs,json} in ${resolve(cwd)} or any folder above it.`,
    fix: 'Make a landfall.config.ts there (docs/guide.md shows one), or name it with `--config FILE`.',
  });
}

function givenConfig(file: string): string {
  if (!isFile(file))
    throw new LandfallError({
      code: 'CONFIG_NOT_FOUND',
      message: existsSync(file) ? `The config ${file} is not a file.` : `The config file ${file} does not exist.`,
      fix: 'Check the path given with `--config`; it is relative to the current folder.',
      path: file,
    });
  if (!extensions.includes(extname(file)))
    throw new LandfallError({
      code: 'CONFIG_NOT_FOUND',
      message: `${basename(file)} is not a TypeScript, JavaScript or JSON file.`,
      fix: `Use a file that ends with ${extensions.join(', ')}.`,
      path: file,
    });
  return file;
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

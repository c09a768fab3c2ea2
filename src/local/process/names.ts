import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { LocalContext } from '../contract/context.js';
import { namesFile, namesVariable } from '../contract/names.js';

/**
 * What a task process needs so that the names of Cloud Map resolve in it: the hook in `NODE_OPTIONS`, before the user's own options, and
 * where the names stand. Programs that are not Node ignore it.
 */
export function namesEnvironment(
  folders: Pick<LocalContext['folders'], 'data'>,
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const own = env['NODE_OPTIONS'];
  const hook = hookFiles.map((file) => `--require ${quoted(file)}`).join(' ');
  return {
    NODE_OPTIONS: own === undefined || own === '' ? hook : `${hook} ${own}`,
    [namesVariable]: namesFile(folders),
  };
}

/** The hook's own file: compiled, or the source with what lets Node read it where tests run it. */
const hookFiles: readonly string[] = import.meta.url.endsWith('.ts')
  ? [createRequire(import.meta.url).resolve('tsx/cjs'), besideThis('./names-hook.cts')]
  : [besideThis('./names-hook.cjs')];

function besideThis(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** @see https://nodejs.org/api/cli.html#node_optionsoptions (not re-read) */
function quoted(file: string): string {
  return `"${file.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

import { execFile } from 'node:child_process';
import { access, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** A Python environment with one package of one version, or why there is none. */
export type PythonTool =
  { readonly bin: string; readonly reason?: undefined } | { readonly bin?: undefined; readonly reason: string };

/**
 * Installs a package of PyPI into an environment of its own in the user's cache, once. An installation that was cut short is
 * made again.
 * @param name of the environment's folder; the version belongs into it, so that another version is another environment
 */
export async function pythonTool(name: string, requirement: string): Promise<PythonTool> {
  const folder = join(cacheFolder(), name);
  const complete = join(folder, '.complete');
  const bin = join(folder, 'bin');
  if (await exists(complete)) return { bin };
  try {
    await rm(folder, { recursive: true, force: true });
    await exec('python3', ['-m', 'venv', folder]);
    await exec(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement], {
      maxBuffer: 1 << 24,
    });
    await writeFile(complete, `${requirement}\n`);
    return { bin };
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    const words = (stderr === undefined || stderr === '' ? message : stderr).trim().split('\n').at(-1) ?? message;
    return { reason: `${requirement} cannot be installed: ${words}` };
  }
}

/** Where Landfall's tests keep what is expensive to fetch. */
function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? tmpdir(), '.cache'), 'landfall');
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

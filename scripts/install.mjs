/** What `npm run demo`, `npm test` and `npm run check` need before they can begin; runs on a bare Node. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const shop = join(root, 'examples', 'shop');

/** Runs a program to its end; leaves with its code when it fails. */
export function run(command, args, cwd = root) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['inherit', 2, 2] });
  if (error) process.stderr.write(`${command}: ${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Milliseconds that a piece of work took, said on standard error. */
export function timed(label, work) {
  const started = performance.now();
  work();
  process.stderr.write(`${label}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

/** Installs a folder's packages unless they stand there as its lockfile says. */
export function installed(folder) {
  const mark = join(folder, 'node_modules', '.package-lock.json');
  if (existsSync(mark) && statSync(mark).mtimeMs >= statSync(join(folder, 'package-lock.json')).mtimeMs) return;
  timed(`npm ci in ${folder === root ? '.' : 'examples/shop'}`, () =>
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder),
  );
}

/** Builds `dist/` unless it is newer than every source. */
export function built() {
  const mark = join(root, 'dist', 'cli', 'main.js');
  const newest = newestIn(join(root, 'src'));
  if (existsSync(mark) && statSync(mark).mtimeMs >= newest) return;
  timed('npm run build', () => run(process.execPath, [join(root, 'scripts', 'build.mjs')]));
}

function newestIn(folder) {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return Math.max(...times);
}

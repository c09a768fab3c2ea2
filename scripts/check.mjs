/** `npm run check`: format, lint, types, unused code, tests; every part runs, and the end says which failed. */
import { spawnSync } from 'node:child_process';
import { built, installed, root, shop } from './install.mjs';

installed(root);
installed(shop);
built();

const parts = {
  format: ['npx', ['prettier', '--check', '--log-level', 'warn', '.']],
  lint: ['npx', ['eslint', '--max-warnings', '0', '.']],
  types: ['npx', ['tsc', '--noEmit', '-p', 'tsconfig.json']],
  'shop types': ['npm', ['run', 'types'], shop],
  unused: ['npx', ['knip']],
  ...(process.argv.includes('--no-tests') ? {} : { tests: ['npm', ['test']] }),
};

const failed = Object.entries(parts).filter(([name, [command, args, cwd]]) => {
  const started = performance.now();
  const { status } = spawnSync(command, args, { cwd: cwd ?? root, stdio: 'inherit' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${status === 0 ? 'ok' : 'FAILED'}  ${name} (${seconds} s)\n`);
  return status !== 0;
});
process.exit(failed.length === 0 ? 0 : 1);

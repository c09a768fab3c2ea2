/** `npm run demo` and `npm run demo -- --check`: installs and builds what is needed, then runs the demo itself. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { built, installed, root, shop } from './install.mjs';

installed(root);
installed(shop);
built();
const demo = spawn(
  process.execPath,
  ['--import', 'tsx', join(root, 'scripts', 'demo', 'main.ts'), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
// Ctrl-C reaches the demo itself, which stops everything before it ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => signal !== 'SIGINT' && demo.kill(signal));
demo.once('close', (code) => process.exit(code ?? 1));

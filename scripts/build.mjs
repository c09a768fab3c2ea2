/**
 * `npm run build`: compiles `src/` to `dist/`, bundles the Lambda functions, copies the gateway's Lua.
 * With `--functions FOLDER` it only bundles the functions, into that folder.
 */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { root, run } from './install.mjs';

/** The earliest date that a zip can hold, in local time as the format has it: the same code gives the same bytes. */
const fixedDate = new Date(1980, 0, 1);

const dist = join(root, 'dist');
const [flag, folder] = process.argv.slice(2);
if (flag === '--functions' && folder !== undefined) await bundleFunctions(folder);
else await buildAll();

async function buildAll() {
  rmSync(dist, { recursive: true, force: true });
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
  await bundleFunctions(join(dist, 'lambda'));
  copyLua();
}

/** One self-contained module a function, and its deployment package; the SDK is part of Lambda's own runtime. */
async function bundleFunctions(outdir) {
  const entryPoints = {
    'database-init': join(root, 'src/layers/rds/lambda/handler.ts'),
    'wake-up': join(root, 'src/layers/lambda/wake-up/handler.ts'),
    'job-invoker': join(root, 'src/layers/lambda/job-invoker/handler.ts'),
  };
  await build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    minify: true,
    legalComments: 'none',
    external: ['@aws-sdk/*', 'pg-native'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    absWorkingDir: root,
    logLevel: 'warning',
  });
  for (const name of Object.keys(entryPoints)) {
    const code = readFileSync(join(outdir, `${name}.mjs`));
    writeFileSync(join(outdir, `${name}.zip`), zipSync({ 'index.mjs': [code, { mtime: fixedDate, level: 9 }] }));
  }
}

function copyLua() {
  const layers = readdirSync(join(root, 'src/layers'), { withFileTypes: true });
  const folders = layers
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [`${name}/lua`, `${name}/local/lua`]);
  for (const folder of folders) {
    const lua = join(root, 'src/layers', folder);
    if (!existsSync(lua)) continue;
    cpSync(lua, join(dist, 'layers', folder), { recursive: true, filter: (path) => !path.endsWith('.ts') });
  }
}

/** `npm run build`: compiles `src/` to `dist/`, bundles the Lambda functions, copies the gateway's Lua. */
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root, run } from './install.mjs';

const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);

/** One self-contained module a function; the SDK is part of Lambda's own runtime. */
await build({
  entryPoints: { 'database-init': join(root, 'src/layers/rds/lambda/handler.ts') },
  outdir: join(dist, 'lambda'),
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

for (const layer of readdirSync(join(root, 'src/layers'), { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
)) {
  const lua = join(root, 'src/layers', layer.name, 'lua');
  if (existsSync(lua))
    cpSync(lua, join(dist, 'layers', layer.name, 'lua'), {
      recursive: true,
      filter: (path) => !path.endsWith('.test.ts'),
    });
}

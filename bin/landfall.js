#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import process from 'node:process';

// Where Node can (from 22.8), compiled code is kept: each command starts faster from the second time on.
module.enableCompileCache?.();

// The SDK's word on which Node its later versions take is for who updates Landfall, not for who deploys.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) {
  const { run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
} else {
  process.stderr.write('Landfall is not built: run npm ci && npm run build in its folder.\n');
  process.exitCode = 1;
}

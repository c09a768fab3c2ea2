/** `npm run schema`: remakes `src/stack/aws-schema.gen.ts` from the provider's own schema. Needs `terraform` on the PATH. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requiredProviders, schemaText } from './schema/text.js';

const folder = mkdtempSync(join(tmpdir(), 'landfall-schema-'));
try {
  writeFileSync(join(folder, 'main.tf.json'), requiredProviders);
  execFileSync('terraform', ['init', '-input=false'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const printed = execFileSync('terraform', ['providers', 'schema', '-json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  writeFileSync(fileURLToPath(new URL('../src/stack/aws-schema.gen.ts', import.meta.url)), schemaText(printed));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

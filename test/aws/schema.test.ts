import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requiredProviders, schemaText } from '../../scripts/schema/text.js';
import { findTerraform } from '../harness/terraform.js';

const terraform = await findTerraform();

test.skipIf(terraform === undefined)('the Stack’s types are those of the provider (npm run schema)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-schema-'));
  try {
    await writeFile(join(folder, 'main.tf.json'), requiredProviders);
    await terraform?.run(folder, 'init', '-input=false');
    const printed = (await terraform?.run(folder, 'providers', 'schema', '-json')) ?? '';
    const current = await readFile(new URL('../../src/stack/aws-schema.gen.ts', import.meta.url), 'utf8');
    expect(schemaText(printed)).toBe(current);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

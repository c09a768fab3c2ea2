/** `npm run schema`: remakes `src/stack/aws-schema.gen.ts` from the provider's own schema. Needs `terraform` on the PATH. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataSourceTypes, ephemeralTypes, resourceTypes } from '../src/stack/resource-types.js';
import { generate } from './schema/generate.js';
import type { Schemas } from './schema/provider-schema.js';

const version = '5.100.0';
const source = 'registry.terraform.io/hashicorp/aws';

interface ProviderSchemas {
  readonly provider_schemas: Readonly<
    Record<
      string,
      {
        readonly resource_schemas: Schemas;
        readonly data_source_schemas: Schemas;
        readonly ephemeral_resource_schemas: Schemas;
      }
    >
  >;
}

function readProviderSchema(): ProviderSchemas['provider_schemas'][string] {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-schema-'));
  try {
    const required = { terraform: { required_providers: { aws: { source: 'hashicorp/aws', version } } } };
    writeFileSync(join(folder, 'main.tf.json'), JSON.stringify(required));
    execFileSync('terraform', ['init', '-input=false'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    const text = execFileSync('terraform', ['providers', 'schema', '-json'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const found = (JSON.parse(text) as ProviderSchemas).provider_schemas[source];
    if (found === undefined) throw new Error(`terraform answered no schema of ${source}.`);
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const schema = readProviderSchema();
const pick = (all: Schemas, types: readonly string[]): Schemas =>
  Object.fromEntries(types.map((type) => [type, all[type]]));
const text = generate({
  version,
  resources: pick(schema.resource_schemas, resourceTypes),
  data: pick(schema.data_source_schemas, dataSourceTypes),
  ephemeral: pick(schema.ephemeral_resource_schemas, ephemeralTypes),
});
writeFileSync(fileURLToPath(new URL('../src/stack/aws-schema.gen.ts', import.meta.url)), text);

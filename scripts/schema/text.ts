import { dataSourceTypes, ephemeralTypes, resourceTypes } from '../../src/stack/resource-types.js';
import { generate } from './generate.js';
import type { Schemas } from './provider-schema.js';

/** The provider whose schema the Stack's types are made from. */
export const provider = { source: 'hashicorp/aws', version: '5.100.0' } as const;

/** Terraform's configuration that asks for it, and for Terraform's own provider, which is there only when it is used. */
export const requiredProviders = JSON.stringify({
  terraform: { required_providers: { aws: provider } },
  resource: { terraform_data: { asked: {} } },
});

const builtIn = 'terraform.io/builtin/terraform';

interface ProviderSchemas {
  readonly provider_schemas: Readonly<
    Record<
      string,
      | {
          readonly resource_schemas: Schemas;
          readonly data_source_schemas: Schemas;
          readonly ephemeral_resource_schemas: Schemas;
        }
      | undefined
    >
  >;
}

/** `aws-schema.gen.ts`, from what `terraform providers schema -json` prints. */
export function schemaText(printed: string): string {
  const schemas = (JSON.parse(printed) as ProviderSchemas).provider_schemas;
  const schema = schemas[`registry.terraform.io/${provider.source}`];
  const own = schemas[builtIn];
  if (schema === undefined || own === undefined)
    throw new Error(`Terraform printed no schema of ${provider.source} or ${builtIn}.`);
  const pick = (all: Schemas, types: readonly string[]): Schemas =>
    Object.fromEntries(types.map((type) => [type, all[type]]));
  return generate({
    version: provider.version,
    resources: pick({ ...schema.resource_schemas, ...own.resource_schemas }, resourceTypes),
    data: pick(schema.data_source_schemas, dataSourceTypes),
    ephemeral: pick(schema.ephemeral_resource_schemas, ephemeralTypes),
  });
}

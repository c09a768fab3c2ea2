import { configurable, configurableBlocks, topArguments, type Attribute, type Block } from './provider-schema.js';

type Named = readonly [string, Attribute];

/** Top-level arguments that Terraform never writes to its state, such as `password_wo`. */
export function writeOnlyIn(block: Block): readonly string[] {
  return topArguments(block).flatMap(([name, { write_only }]) => (write_only === true ? [name] : []));
}

/** Arguments that hold secrets, those of nested blocks dotted: `default_action.authenticate_oidc.client_secret`. */
export function sensitiveIn(block: Block): readonly string[] {
  return [...sensitiveOf(topArguments(block)), ...sensitiveInBlocks(block)].sort();
}

function sensitiveInBlocks(block: Block): readonly string[] {
  return configurableBlocks(block).flatMap(([name, type]) =>
    [...sensitiveOf(configurable(type.block.attributes)), ...sensitiveInBlocks(type.block)].map(
      (path) => `${name}.${path}`,
    ),
  );
}

function sensitiveOf(attributes: readonly Named[]): readonly string[] {
  return attributes.flatMap(([name, { sensitive, nested_type: nested }]) =>
    sensitive === true ? [name] : sensitiveOf(configurable(nested?.attributes)).map((path) => `${name}.${path}`),
  );
}

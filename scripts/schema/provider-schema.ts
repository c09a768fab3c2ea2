/** The part of `terraform providers schema -json` (format 1.0) that the generator reads. */
export type AttributeType =
  | string
  | readonly ['list' | 'set' | 'map', AttributeType]
  | readonly ['object', Readonly<Record<string, AttributeType>>, (readonly string[])?]
  | readonly ['tuple', readonly AttributeType[]];

export interface Attribute {
  /** Absent where `nested_type` is present. */
  readonly type?: AttributeType;
  readonly nested_type?: { readonly nesting_mode: string; readonly attributes: Readonly<Record<string, Attribute>> };
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly deprecated?: boolean;
  readonly sensitive?: boolean;
  readonly write_only?: boolean;
}

export interface Block {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly block_types?: Readonly<Record<string, BlockType>>;
  readonly deprecated?: boolean;
}

export interface BlockType {
  readonly nesting_mode: string;
  readonly min_items?: number;
  readonly max_items?: number;
  readonly block: Block;
}

/** Schemas by type; a type that the provider lacks is undefined. */
export type Schemas = Readonly<Record<string, { readonly block: Block } | undefined>>;

/** Arguments that one may set: required, or optional and not deprecated. */
export function configurable(attributes: Block['attributes']): readonly (readonly [string, Attribute])[] {
  return sortedEntries(attributes).filter(
    ([, { required, optional, deprecated }]) => required === true || (optional === true && deprecated !== true),
  );
}

/** Nested blocks that one may set: not purely computed, and required or not deprecated. */
export function configurableBlocks(block: Block): readonly (readonly [string, BlockType])[] {
  return sortedEntries(block.block_types).filter(
    ([, type]) => !isComputed(type.block) && (isRequired(type) || type.block.deprecated !== true),
  );
}

/**
 * Arguments of a whole resource. The `id` that the provider's SDK adds to every resource is optional and computed: it is
 * no argument. Where `id` is only optional (the data source `aws_cloudfront_cache_policy`) it is one.
 */
export function topArguments(block: Block): readonly (readonly [string, Attribute])[] {
  return configurable(block.attributes).filter(
    ([name, { required, computed }]) => name !== 'id' || required === true || computed !== true,
  );
}

export const isRequired = ({ min_items }: BlockType): boolean => (min_items ?? 0) > 0;

/** True for a block that holds something and lets one set nothing. */
export function isComputed(block: Block): boolean {
  const attributes = Object.values(block.attributes ?? {});
  const blocks = Object.values(block.block_types ?? {});
  const settable = attributes.some(({ required, optional }) => required === true || optional === true);
  return attributes.length + blocks.length > 0 && !settable && blocks.every((type) => isComputed(type.block));
}

export const sortedEntries = <T>(record: Readonly<Record<string, T>> | undefined): readonly (readonly [string, T])[] =>
  Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

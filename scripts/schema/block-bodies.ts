import { configurable, configurableBlocks, isRequired, type Block, type BlockType } from './provider-schema.js';
import { argumentProperty, nest, property } from './type-text.js';

/** One distinct block body. Bodies nested in it are known by their number. */
interface Body {
  readonly number: number;
  readonly properties: readonly string[];
  readonly blocks: readonly NestedBlock[];
  /** Where it occurs: `['aws_lb_listener', 'default_action', 'forward']`. */
  readonly paths: (readonly string[])[];
}

export interface NestedBlock {
  readonly name: string;
  readonly type: BlockType;
  readonly body: number;
}

/** Keeps each structurally different block body once, whatever resources it occurs in. */
export class BlockBodies {
  readonly #bodies = new Map<string, Body>();

  /** The nested blocks of `block`, which is at `path`. */
  nested(block: Block, path: readonly string[]): readonly NestedBlock[] {
    return configurableBlocks(block).map(([name, type]) => ({
      name,
      type,
      body: this.#intern(type.block, [...path, name]),
    }));
  }

  /** Every interface, and the property of a nested block under those names. */
  finish(): { readonly declarations: readonly string[]; readonly propertyOf: (nested: NestedBlock) => string } {
    const names = namesOf([...this.#bodies.values()]);
    const propertyOf = ({ name, type, body }: NestedBlock): string =>
      property(name, repeated(type, names.get(body) ?? 'unknown'), !isRequired(type));
    const declarations = [...this.#bodies.values()]
      .map((body) => declaration(names.get(body.number) ?? '', [...body.properties, ...body.blocks.map(propertyOf)]))
      .sort();
    return { declarations, propertyOf };
  }

  #intern(block: Block, path: readonly string[]): number {
    const properties = configurable(block.attributes).map(([name, attribute]) => argumentProperty(name, attribute));
    const blocks = this.nested(block, path);
    const key = [...properties, ...blocks.map((nested) => property(nested.name, keyOf(nested), false))].join('\n');
    const body = this.#bodies.get(key) ?? { number: this.#bodies.size, properties, blocks, paths: [] };
    body.paths.push(path);
    this.#bodies.set(key, body);
    return body.number;
  }
}

/** An interface, or the type of a block in which nothing can be set. */
export function declaration(name: string, properties: readonly string[]): string {
  if (properties.length === 0) return `export type ${name} = Readonly<Record<string, never>>;`;
  return [`export interface ${name} {`, ...properties.map((line) => `  ${line}`), '}'].join('\n');
}

const keyOf = ({ type, body }: NestedBlock): string =>
  `${repeated(type, `#${String(body)}`)} ${isRequired(type) ? 'required' : ''}`;

/** A list of an exact length (one, or as many at least as at most) is a tuple. */
function repeated({ nesting_mode: mode, min_items: least, max_items: most }: BlockType, body: string): string {
  const exact = most === 1 || (most !== undefined && most === least);
  if (!exact || (mode !== 'list' && mode !== 'set')) return nest(mode, body);
  return `readonly [${Array.from({ length: most }, () => body).join(', ')}]`;
}

/**
 * Names bodies after the words their resources share and their own block: `Wafv2WebAclFieldToMatch`, or `Timeouts` where
 * the resources share none. Of two with the same name, the one nearer to its resource has it, and the other is
 * named after the blocks around it too.
 */
function namesOf(bodies: readonly Body[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const taken = new Set(['Entries', 'Expr', 'Items', 'Readonly', 'Record', 'Value']);
  const nearest = bodies.map((body) => ({ body, path: shortest(body.paths) }));
  nearest.sort((a, b) => a.path.length - b.path.length || (a.path.join('.') < b.path.join('.') ? -1 : 1));
  for (const { body, path } of nearest) {
    const name = candidates(sharedWords(body.paths), path).find((candidate) => !taken.has(candidate));
    const free = name ?? `${pascal(path.join('_'))}${String(body.number)}`;
    taken.add(free);
    names.set(body.number, free);
  }
  return names;
}

/** Ever longer names: the block, its parent and it, and so on. */
function candidates(shared: readonly string[], [resource = '', ...blocks]: readonly string[]): readonly string[] {
  const withPrefix = (prefix: string): string[] =>
    blocks.map((_, index) => pascal([prefix, ...blocks.slice(blocks.length - 1 - index)].join('_')));
  return [...withPrefix(shared.join('_')), ...withPrefix(resource.replace('aws_', ''))];
}

function shortest(paths: Body['paths']): readonly string[] {
  return paths.reduce((best, path) => (path.length < best.length ? path : best));
}

/** The words that the resources' types begin with, without `aws`. */
function sharedWords(paths: Body['paths']): readonly string[] {
  return paths
    .map(([resource = '']) => resource.split('_').slice(1))
    .reduce((shared, words) => shared.slice(0, commonLength(shared, words)));
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((word, index) => word !== b[index]);
  return differs === -1 ? a.length : differs;
}

export const pascal = (name: string): string =>
  name.replaceAll(/(?:^|_)+([a-z0-9]?)/g, (_match, letter: string) => letter.toUpperCase());

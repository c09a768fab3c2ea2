import { configurable, sortedEntries, type Attribute, type AttributeType } from './provider-schema.js';

/** `readonly name?: T | undefined;` */
export function property(name: string, type: string, optional: boolean): string {
  return `readonly ${name}${optional ? '?' : ''}: ${type}${optional ? ' | undefined' : ''};`;
}

/** The property of one argument. */
export function argumentProperty(name: string, attribute: Attribute): string {
  const { type, nested_type: nested, required } = attribute;
  const text =
    nested === undefined
      ? argumentType(type ?? 'dynamic')
      : nest(
          nested.nesting_mode,
          braces(configurable(nested.attributes).map(([key, item]) => argumentProperty(key, item))),
        );
  return property(name, text, required !== true);
}

/** The property of one attribute, as a reference sees it. */
export function attributeProperty(name: string, { type, nested_type: nested }: Attribute): string {
  const text =
    nested === undefined
      ? plainType(type ?? 'dynamic')
      : nest(
          nested.nesting_mode,
          braces(sortedEntries(nested.attributes).map(([key, item]) => attributeProperty(key, item))),
        );
  return property(name, text, false);
}

/** A `{…}` body, repeated as its nesting mode says. */
export function nest(mode: string, body: string): string {
  if (mode === 'map') return `Readonly<Record<string, ${body}>>`;
  return mode === 'list' || mode === 'set' ? `readonly ${body}[]` : body;
}

function argumentType(type: AttributeType): string {
  if (typeof type === 'string') return `Value<${primitive(type)}>`;
  if (type[0] === 'object') {
    // Terraform wants every attribute of an object value in JSON; those without a value are null.
    return braces(sortedEntries(type[1]).map(([name, item]) => property(name, `${argumentType(item)} | null`, false)));
  }
  if (type[0] === 'tuple') return `readonly [${type[1].map(argumentType).join(', ')}]`;
  const [kind, inner] = type;
  if (typeof inner === 'string') return `${kind === 'map' ? 'Entries' : 'Items'}<${primitive(inner)}>`;
  return collection(kind, argumentType(inner));
}

function plainType(type: AttributeType): string {
  if (typeof type === 'string') return primitive(type);
  if (type[0] === 'object') {
    return braces(sortedEntries(type[1]).map(([name, item]) => property(name, plainType(item), false)));
  }
  if (type[0] === 'tuple') return `readonly [${type[1].map(plainType).join(', ')}]`;
  return collection(type[0], plainType(type[1]));
}

const collection = (kind: 'list' | 'set' | 'map', item: string): string =>
  nest(kind, kind !== 'map' && item.startsWith('readonly ') ? `(${item})` : item);

const braces = (properties: readonly string[]): string => `{ ${properties.join(' ')} }`;

function primitive(type: string): string {
  if (type === 'bool') return 'boolean';
  return type === 'string' || type === 'number' ? type : 'unknown';
}

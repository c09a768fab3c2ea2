/** As much of `main.tf.json` as becomes HCL: resources and data sources by type and name. */
interface MainFile {
  readonly resource?: Blocks;
  readonly data?: Blocks;
}

type Blocks = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** Arguments whose strings are Terraform's own words, which HCL writes without quotes. */
const bare = new Set(['depends_on', 'ignore_changes', 'replace_triggered_by', 'provider']);

/**
 * The resources and data sources of `main.tf.json` in Terraform's own syntax, for tools that read no JSON. A list of objects
 * becomes repeated blocks, as in the artifact blocks are always lists; an object stays a map, but for `lifecycle`.
 */
export function hclOf(main: string): string {
  const { resource = {}, data = {} } = JSON.parse(main) as MainFile;
  const blocks = Object.entries({ resource, data }).flatMap(([kind, types]) =>
    Object.entries(types).flatMap(([type, named]) =>
      Object.entries(named).map(([name, args]) => `${kind} "${type}" "${name}" {\n${body(args, '  ')}}\n`),
    ),
  );
  return blocks.join('\n');
}

function body(args: Readonly<Record<string, unknown>>, indent: string): string {
  return Object.entries(args)
    .map(([key, value]) => {
      const nested = nestedBlocks(key, value);
      if (nested === undefined) return `${indent}${key} = ${bare.has(key) ? unquoted(value) : literal(value)}\n`;
      return nested.map((block) => `${indent}${key} {\n${body(block, `${indent}  `)}${indent}}\n`).join('');
    })
    .join('');
}

function nestedBlocks(key: string, value: unknown): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (key === 'lifecycle' && isObject(value)) return [value];
  return Array.isArray(value) && value.length > 0 && value.every(isObject) ? value : undefined;
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)} = ${literal(item)}`)
    .join(', ')} }`;
}

const unquoted = (value: unknown): string => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

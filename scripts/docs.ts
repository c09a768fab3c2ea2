/**
 * `npm run docs`: remakes the pages whose content is in the code: the configuration reference, its JSON Schema, the fidelity
 * table, the conformance cases, the map of the specification, and the synopsis of each command in its page.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandNames } from '../src/cli/commands/index.js';
import { documentJsonSchema } from '../src/cli/documents.js';
import type { Io } from '../src/cli/io.js';
import { run } from '../src/cli/main.js';
import { terminalPrompts } from '../src/cli/prompts.js';
import { configJsonSchema } from '../src/config/json-schema.js';
import { localReaders, localRules } from '../src/layers/registry.js';
import type { LocalRule } from '../src/stack/layer.js';
import { conformanceCases } from '../test/conformance/index.js';
import { isShown, type Entry } from '../test/specification/entry.js';
import { statementsOf } from '../test/specification/page.js';
import { entries } from '../test/specification/rows/index.js';

/** A page; `path` is relative to the repository. */
export interface Page {
  readonly path: string;
  readonly content: string;
}

/** Every generated page as it must be now. @throws Error when a command has no page, or its page no place for the synopsis */
export async function generatedPages(): Promise<readonly Page[]> {
  const schema = configJsonSchema();
  return [
    { path: 'docs/configuration.gen.md', content: configurationPage(schema) },
    { path: 'docs/fidelity.gen.md', content: fidelityPage() },
    { path: 'docs/landfall.schema.gen.json', content: `${JSON.stringify(schema, null, 2)}\n` },
    { path: 'docs/json.gen.json', content: `${JSON.stringify(await documentJsonSchema(), null, 2)}\n` },
    { path: 'docs/specification-map.gen.md', content: specificationMapPage() },
    { path: 'docs/conformance.gen.md', content: conformancePage() },
    ...(await Promise.all(commandNames.map(commandPage))),
  ];
}

/** A page as it stands in the repository; empty when there is none. */
export function currentPage(path: string): string {
  try {
    return readFileSync(fileOf(path), 'utf8');
  } catch {
    return '';
  }
}

const fileOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const origin = '<!-- Made by `npm run docs`; do not edit. -->';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

// Configuration

/** As much of JSON Schema as the config's schema uses. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
}

/** An object of the config: where it stands, and its keys as a table. */
interface Section {
  readonly path: string;
  readonly body: string;
}

function configurationPage(schema: Schema): string {
  const byBody = new Map<string, string[]>();
  for (const { path, body } of sectionsOf('', schema)) {
    const paths = byBody.get(body) ?? [];
    if (!paths.includes(path)) paths.push(path);
    byBody.set(body, paths);
  }
  const sections = [...byBody].map(([body, paths]) => `## ${paths.join(' · ')}\n\n${body}`);
  return `${[
    '# Configuration reference',
    origin,
    'Every key of `landfall.config.ts`. A key in bold is required. `<name>` stands for a name of your choice, `[]` for an entry of a list. ' +
      'Beside what a JSON Schema can say, Landfall checks names, routes, calls, domains and schedules as a whole.',
    '`environments.<name>.override` is a function and so not in a JSON Schema. It and some other keys are known but refused in this version: ' +
      'see [What is not there yet](../README.md#what-is-not-there-yet).',
    ...sections,
  ].join('\n\n')}\n`;
}

/** The object at `path`, then those inside it. */
function sectionsOf(path: string, schema: Schema): readonly Section[] {
  const { properties = {}, required = [], additionalProperties, items, oneOf } = schema;
  if (oneOf !== undefined) return oneOf.flatMap((one) => sectionsOf(path, one));
  if (items !== undefined) return sectionsOf(`${path}[]`, items);
  if (typeof additionalProperties === 'object') return sectionsOf(`${path}.<name>`, additionalProperties);
  if (Object.keys(properties).length === 0) return [];
  const variant = properties['type']?.const;
  const title = path === '' ? 'The file' : `\`${path}\``;
  const rows = Object.entries(properties).map(([key, value]) => {
    const [what, standard] = described(value);
    return [required.includes(key) ? `**\`${key}\`**` : `\`${key}\``, kindOf(value), standard, what];
  });
  const own: Section = {
    path: typeof variant === 'string' ? `${title} with \`type: '${variant}'\`` : title,
    body: table(['key', 'type', 'default', 'what'], rows),
  };
  const inner = Object.entries(properties).flatMap(([key, value]) =>
    sectionsOf(path === '' ? key : `${path}.${key}`, value),
  );
  return [own, ...inner];
}

/** What a key is for, and its default: declared, or told at the end of its description. */
function described({ description = '', default: standard }: Schema): readonly [what: string, standard: string] {
  if (standard !== undefined) return [description, `\`${JSON.stringify(standard)}\``];
  const [, what = description, told = ''] = /^(.*?) ?Default: (.*)\.$/.exec(description) ?? [];
  return [what, told];
}

function kindOf(schema: Schema): string {
  const { type, items, additionalProperties, oneOf } = schema;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' · ');
  if (oneOf !== undefined) return 'object';
  if (type === 'array') return `list: ${kindOf(items ?? {})}`;
  if (type === 'object')
    return typeof additionalProperties === 'object' ? `by name: ${kindOf(additionalProperties)}` : 'object';
  if (type === 'boolean') return '`true` · `false`';
  return type === 'string' ? textKind(schema) : numberKind(schema);
}

function textKind({ format, pattern, maxLength, minLength = 0 }: Schema): string {
  if (format !== undefined) return `text (${format})`;
  const limits = [
    ...(maxLength === undefined ? [] : [`at most ${String(maxLength)}`]),
    ...(minLength > 0 && pattern === undefined ? ['not empty'] : []),
    ...(pattern === undefined ? [] : [`\`${pattern}\``]),
  ];
  return limits.length === 0 ? 'text' : `text (${limits.join(', ')})`;
}

function numberKind({ type, minimum, maximum, exclusiveMinimum }: Schema): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  if (exclusiveMinimum !== undefined) return `${kind} above ${String(exclusiveMinimum)}`;
  if (minimum === undefined) return kind;
  const open = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER;
  return open ? `${kind} from ${String(minimum)}` : `${kind} from ${String(minimum)} to ${String(maximum)}`;
}

// Fidelity

function fidelityPage(): string {
  const rules = Object.entries(localRules).sort(([a], [b]) => (a < b ? -1 : 1));
  const count = (fidelity: LocalRule['fidelity']) =>
    String(rules.filter(([, rule]) => rule.fidelity === fidelity).length);
  return `${[
    '# Fidelity table',
    origin,
    'How each Terraform resource type of the Stack runs on the local plane. What the words mean, and what a request meets on its way, is in [fidelity.md](fidelity.md).',
    `${String(rules.length)} types: ${count('exact')} exact, ${count('approximate')} approximate, ${count('inert')} inert.`,
    table(
      ['resource type', 'fidelity', 'what is left out, or why nothing runs'],
      rules.map(([type, rule]) => [`\`${type}\``, rule.fidelity, remark(rule)]),
    ),
    '## Read, not made',
    'Data sources and ephemeral resources that the local plane answers. Ephemeral values are kept nowhere but in the secret that they are written to.',
    Object.keys(localReaders)
      .sort()
      .map((type) => `- \`${type}\``)
      .join('\n'),
  ].join('\n\n')}\n`;
}

const remark = (rule: LocalRule): string => (rule.fidelity === 'inert' ? rule.reason : (rule.leftOut ?? ''));

// Specification

function conformancePage(): string {
  const layers = [...new Set(conformanceCases.map(({ layer }) => layer))].sort();
  const sections = layers.map((layer) => {
    const cases = conformanceCases.filter((one) => one.layer === layer).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const rows = cases.map(({ name, source }) => [name, source.replace(/^(\S+)/, '<$1>')]);
    return `## ${layer}\n\n${table(['behaviour', 'source'], rows)}`;
  });
  return [
    '# Conformance cases',
    origin,
    `Behaviours of AWS and Kong that the local plane is tested for, each with the page that it comes from. They run with \`npm test\`: ${String(conformanceCases.length)} cases. What is exact, approximate or left out says the [fidelity table](fidelity.gen.md).`,
    ...sections,
    '',
  ].join('\n\n');
}

function specificationMapPage(): string {
  const statements = statementsOf(currentPage('docs/specification.md'));
  const byText = new Map(entries.map((entry) => [entry.text, entry]));
  const shown = entries.filter(isShown);
  const waiting = entries.filter((entry) => !isShown(entry));
  const partly = shown.filter(({ later }) => later !== undefined);
  const noted = entries.filter(({ note }) => note !== undefined);
  return `${[
    '# Map of the specification',
    origin,
    'Every sentence, bullet, step, table row and line of a diagram in [the specification](specification.md), with the resources that show it and what the ' +
      'tests assert of them in Terraform’s own plan of the full example (`test/aws/plan.test.ts`). What shows at run time alone says `later:` and the capability.',
    `${String(statements.length)} statements: ${String(shown.length)} shown by resources (a part of ${String(partly.length)} of them later), ` +
      `${String(waiting.length)} later. ${String(noted.length)} have a note on what the page leaves out or what holds instead.`,
    table(
      ['section', 'statement', 'resources', 'what is asserted', 'plans'],
      statements.map(({ section, text }) => [section, text, ...mapCells(byText.get(text))]),
    ),
  ].join('\n\n')}\n`;
}

function mapCells(entry: Entry | undefined): readonly string[] {
  if (entry === undefined) return ['', '', ''];
  const note = entry.note === undefined ? [] : [`Note: ${entry.note}`];
  if (!isShown(entry)) return ['', [`later: ${entry.later}.`, entry.asserts, ...note].join(' '), ''];
  const later = entry.later === undefined ? [] : [`The rest later: ${entry.later}.`];
  const asserted = [`${entry.asserts}.`, ...later, ...note].join(' ');
  return [entry.resources.map((name) => `\`${name}\``).join(', '), asserted, (entry.in ?? ['dev', 'prod']).join(', ')];
}

// Commands

const synopsis = { start: '<!-- synopsis: made by `npm run docs` -->', end: '<!-- end of synopsis -->' } as const;

/** A command's page with what its `--help` says now; the rest of the page is written by hand. */
async function commandPage(name: string): Promise<Page> {
  const path = `docs/commands/${name.replace(':', '-')}.md`;
  const page = currentPage(path);
  const [start, end] = [page.indexOf(synopsis.start), page.indexOf(synopsis.end)];
  if (start < 0 || end < start)
    throw new Error(`${path} must exist and hold ${synopsis.start} and ${synopsis.end}: there its synopsis goes.`);
  const help = `${synopsis.start}\n\n\`\`\`text\n${(await helpOf(name)).trimEnd()}\n\`\`\`\n\n`;
  return { path, content: `${page.slice(0, start)}${help}${page.slice(end)}` };
}

/** What `landfall <name> --help` prints, 80 characters wide. */
async function helpOf(name: string): Promise<string> {
  // The program asks the terminal how wide it is.
  if (process.stdout.isTTY) process.stdout.columns = 80;
  let text = '';
  const io: Io = {
    cwd: '/',
    env: {},
    out: (more) => (text += more),
    err: () => undefined,
    isTerminal: false,
    color: false,
    signal: new AbortController().signal,
    readInput: () => Promise.resolve(''),
    prompts: terminalPrompts(false, new AbortController().signal),
  };
  await run([name, '--help'], io);
  return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, content } of await generatedPages()) {
    if (currentPage(path) === content) continue;
    writeFileSync(fileOf(path), content);
    process.stdout.write(`${path}\n`);
  }
}

import { LandfallError } from '../base/errors.js';
import { Expr, type Reference } from './expr.js';
import type { AnyAddress, Stack } from './stack.js';

interface Document {
  readonly provider: {
    readonly aws: readonly {
      readonly region: string;
      readonly allowed_account_ids?: readonly [string];
      readonly default_tags: readonly [{ readonly tags: Record<string, string> }];
    }[];
  };
  readonly resource?: Nodes;
  readonly data?: Nodes;
  readonly ephemeral?: Nodes;
  readonly variable?: Record<string, { readonly description: string; readonly sensitive?: boolean }>;
  readonly output?: Record<string, { readonly value: unknown; readonly description: string }>;
}
type Nodes = Record<string, Record<string, Record<string, unknown>>>;

/**
 * The Stack that `writeTerraformJson` wrote: what readers in another process start from.
 * Reads Landfall's own output alone: any expression that synth cannot write is an error.
 * @throws LandfallError `ARTIFACT_UNREADABLE`
 */
export function readTerraformJson(text: string): Stack {
  const document = JSON.parse(text) as Document;
  const [provider] = document.provider.aws;
  const tags = provider?.default_tags[0].tags ?? {};
  const nodes = (all: Nodes | undefined) =>
    Object.entries(all ?? {}).flatMap(([type, named]) =>
      Object.entries(named).map(([name, body]) => nodeOf(type, name, body)),
    );
  return {
    project: unescape(tags['Project'] ?? ''),
    environment: unescape(tags['Environment'] ?? ''),
    region: provider?.region ?? '',
    ...(provider?.allowed_account_ids && { account: provider.allowed_account_ids[0] }),
    resources: nodes(document.resource) as never,
    data: nodes(document.data) as never,
    ephemeral: nodes(document.ephemeral) as never,
    variables: Object.entries(document.variable ?? {}).map(([name, { description, sensitive }]) => ({
      name,
      description,
      ...(sensitive === undefined ? {} : { sensitive }),
    })),
    outputs: Object.entries(document.output ?? {}).map(([name, { value, description }]) => ({
      name,
      description,
      value: parse(value) as Expr<unknown>,
    })),
  };
}

function nodeOf(type: string, name: string, body: Record<string, unknown>): object {
  const { depends_on: dependsOn, lifecycle, provider, ...args } = body;
  return {
    type,
    name,
    args: parse(args),
    ...(dependsOn === undefined ? {} : { dependsOn: dependsOn as readonly AnyAddress[] }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(typeof provider === 'string' ? { provider: provider.slice('aws.'.length) } : {}),
  };
}

function parse(value: unknown): unknown {
  if (typeof value === 'string') return parseTemplate(value);
  if (Array.isArray(value)) return value.map(parse);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [unescape(key), parse(item)]));
}

const token = /\$\$\{|%%\{|\$\{"([$%]+)"\}|\$\{([^}"]*)\}|[$%]\{/g;

/** `aws_lb.main.dns_name`, `data.aws_region.current.names[0]`, `var.image`. */
const referencePattern = /^(?:var\.[\w-]+|(?:(?:data|ephemeral)\.)?\w+\.[\w-]+(?:\.\w+|\.\*|\[\d+\])+)$/;

/** A literal string, or an expression when it has references. */
function parseTemplate(text: string): string | Expr<unknown> {
  const parts: (string | Reference)[] = [];
  let literal = '';
  let end = 0;
  for (const match of text.matchAll(token)) {
    literal += text.slice(end, match.index);
    end = match.index + match[0].length;
    const [whole, signs, path] = match;
    if (/^[$%]\{$/.test(whole)) throw unreadable(text.slice(match.index));
    if (path === undefined) literal += signs ?? whole.slice(1);
    else {
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push(parseReference(path));
    }
  }
  literal += text.slice(end);
  if (parts.length === 0) return literal;
  if (literal !== '') parts.push(literal);
  return new Expr(parts);
}

const unescape = (text: string): string => text.replaceAll(/([$%])\1\{/g, '$1{');

function parseReference(path: string): Reference {
  if (!referencePattern.test(path)) throw unreadable(`\${${path}}`);
  const [head = '', second = '', third = '', ...rest] = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  const steps = (names: readonly string[]) => names.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  if (head === 'var') return { kind: 'var', target: second, path: [] };
  if (head === 'data' || head === 'ephemeral') return { kind: head, target: `${second}.${third}`, path: steps(rest) };
  return { kind: 'resource', target: `${head}.${second}`, path: steps([third, ...rest]) };
}

function unreadable(expression: string): LandfallError {
  return new LandfallError({
    code: 'ARTIFACT_UNREADABLE',
    message: `The artifact holds the expression ${expression}, which is not a reference that Landfall writes.`,
    fix: 'Run infra:generate again with this version of Landfall.',
  });
}

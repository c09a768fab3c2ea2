import { Expr, type Reference } from './expr.js';
import type { Stack, StackNode } from './stack.js';

/** The provider version that the artifact pins. */
const providerVersion = '~> 5.100';

/**
 * `main.tf.json` of a Stack: sorted keys, two spaces, a final newline; the same Stack gives the same bytes.
 * Literal `${` and `%{` are escaped, in keys too, so that users' strings survive literally.
 */
export function writeTerraformJson(stack: Stack): string {
  const document = {
    terraform: {
      required_version: '>= 1.11.0',
      required_providers: { aws: { source: 'hashicorp/aws', version: providerVersion } },
    },
    provider: { aws: providersOf(stack) },
    data: byType(stack.data),
    ephemeral: byType(stack.ephemeral),
    resource: byType(stack.resources),
    variable: Object.fromEntries(stack.variables.map(({ name, ...rest }) => [name, { ...rest, type: 'string' }])),
    output: Object.fromEntries(
      stack.outputs.map(({ name, value, description, sensitive }) => [
        name,
        { value: expression(value), description, ...(sensitive === undefined ? {} : { sensitive }) },
      ]),
    ),
  };
  return `${JSON.stringify(sorted(withoutEmpty(document)), null, 2)}\n`;
}

function providersOf(stack: Stack): object[] {
  const default_tags = [
    { tags: { Environment: escape(stack.environment), ManagedBy: 'landfall', Project: escape(stack.project) } },
  ];
  const both = { default_tags, ...(stack.account !== undefined && { allowed_account_ids: [stack.account] }) };
  return [
    { region: stack.region, ...both },
    { alias: 'us_east_1', region: 'us-east-1', ...both },
  ];
}

function byType(nodes: readonly StackNode[]): Record<string, Record<string, object>> {
  const result: Record<string, Record<string, object>> = {};
  for (const node of nodes) (result[node.type] ??= {})[node.name] = bodyOf(node);
  return result;
}

function bodyOf(node: StackNode): object {
  const lifecycle = 'lifecycle' in node ? node.lifecycle : undefined;
  return {
    ...(expression(node.args) as object),
    ...(node.dependsOn === undefined || node.dependsOn.length === 0 ? {} : { depends_on: [...node.dependsOn].sort() }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(node.provider === undefined ? {} : { provider: `aws.${node.provider}` }),
  };
}

/** Terraform's JSON form of a value: literals escaped, references interpolated, undefined left out. */
export function expression(value: unknown): unknown {
  if (typeof value === 'string') return escape(value);
  if (value instanceof Expr) return interpolated(value.parts);
  if (Array.isArray(value)) return value.map(expression);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [escape(key), expression(item)]));
  }
  return value;
}

/** A run of `$` and `%` right before a reference would escape it: it is written as an expression of its own. */
function interpolated(parts: readonly (string | Reference)[]): string {
  return parts
    .map((part, index) => {
      if (typeof part !== 'string') return referenceText(part);
      const signs = index < parts.length - 1 ? (/[$%]+$/.exec(part)?.[0] ?? '') : '';
      if (signs === '') return escape(part);
      return `${escape(part.slice(0, -signs.length))}\${"${signs}"}`;
    })
    .join('');
}

/** `${aws_lb.main.dns_name}`. */
export function referenceText(reference: Reference): string {
  return `\${${referencePath(reference)}}`;
}

/** `aws_lb.main.dns_name`. */
export function referencePath({ kind, target, path }: Reference): string {
  const head = kind === 'resource' ? target : `${kind}.${target}`;
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${String(step)}]` : `${text}.${step}`),
    head,
  );
}

/** A literal as Terraform's template syntax wants it. */
export function escape(text: string): string {
  return text.replaceAll(/[$%]\{/g, (match) => match.charAt(0) + match);
}

function withoutEmpty(document: Record<string, object>): Record<string, object> {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => Object.keys(value).length > 0));
}

/** Objects with their keys in code-unit order, at every depth. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

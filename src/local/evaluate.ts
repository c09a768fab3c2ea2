import { createHash } from 'node:crypto';
import { Expr, type Reference } from '../stack/expr.js';
import type { Attributes } from '../stack/layer.js';
import { targetOf, type StackNode } from '../stack/stack.js';
import { referencePath } from '../stack/terraform-json.js';

/** What references evaluate to: attributes by address, and root variables. */
export interface Values {
  readonly attributes: { get(address: string): Attributes | undefined };
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * `value` with every reference replaced. One that cannot be resolved becomes `onUnknown(reference)`.
 */
export function evaluate(value: unknown, values: Values, onUnknown: (reference: Reference) => unknown): unknown {
  if (value instanceof Expr) return evaluateParts(value.parts, values, onUnknown);
  if (Array.isArray(value)) return value.map((item) => evaluate(item, values, onUnknown));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, evaluate(item, values, onUnknown)]));
}

function evaluateParts(
  parts: readonly (string | Reference)[],
  values: Values,
  onUnknown: (reference: Reference) => unknown,
): unknown {
  const results = parts.map((part) => (typeof part === 'string' ? part : (lookUp(part, values) ?? onUnknown(part))));
  if (results.length === 1 && typeof parts[0] !== 'string') return results[0];
  return results.map(String).join('');
}

function lookUp(reference: Reference, { attributes, variables }: Values): unknown {
  const target = targetOf(reference);
  if (target === undefined) return variables[reference.target];
  return follow(attributes.get(target), reference.path);
}

/** Steps into lists and objects; the splat maps the rest of the path over a list. */
function follow(value: unknown, path: Reference['path']): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (step === '*') return Array.isArray(value) ? splat(value, rest) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  return follow((value as Record<string, unknown>)[String(step)], rest);
}

/** Terraform's legacy splat: names apply to every item, an index to the resulting list. */
function splat(items: readonly unknown[], path: Reference['path']): unknown {
  const names = path.filter((step) => typeof step === 'string');
  const [index, ...rest] = path.slice(names.length);
  const mapped = items.map((item) => follow(item, names));
  return index === undefined ? mapped : follow(mapped[Number(index)], rest);
}

/**
 * A hash of what a node asks for. Write-only arguments and ignored changes are left out; what data sources and ephemeral resources
 * give stands as its reference with `versionOf` that node, so that no secret is needed to plan.
 */
export function fingerprint(node: StackNode, values: Values, versionOf: (address: string) => string): string {
  const ignored = 'lifecycle' in node ? (node.lifecycle.ignore_changes ?? []) : [];
  const kept = Object.entries(node.args).filter(([key]) => !key.endsWith('_wo') && !ignored.includes(key));
  const symbolic: Values = {
    ...values,
    attributes: { get: (address) => (isResource(address) ? values.attributes.get(address) : undefined) },
  };
  const text = JSON.stringify(
    sorted(evaluate(Object.fromEntries(kept), symbolic, (reference) => symbol(reference, versionOf))),
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function symbol(reference: Reference, versionOf: (address: string) => string): string {
  const target = targetOf(reference);
  return `\${${referencePath(reference)}}@${target === undefined ? '' : versionOf(target)}`;
}

const isResource = (address: string): boolean => !/^(data|ephemeral)\./.test(address);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

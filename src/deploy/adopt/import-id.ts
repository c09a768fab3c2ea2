import { Expr } from '../../stack/expr.js';
import type { Resource, ResourceType } from '../../stack/stack.js';
import { escape, expression, referenceText } from '../../stack/terraform-json.js';
import { importRules } from './import-rules.js';

/** What is known of a resource beside its arguments. */
export interface Found {
  /** As Terraform told it, or as its ARN holds it. */
  readonly id?: string | undefined;
  readonly arn?: string | undefined;
}

/**
 * The `id` of an import block: text in which references to other resources stay, as the artifact writes them. Terraform knows them when
 * it plans, for those resources stand in the state or are imported too.
 * @returns undefined where the type is not imported, or its import id needs what is not known
 */
export function importId({ type, args }: Resource<ResourceType>, { id, arn }: Found): string | undefined {
  const rule = importRules[type];
  if ('instead' in rule) return undefined;
  const values: Readonly<Record<string, unknown>> = { ...args };
  const parts = new Map<string, string | undefined>();
  for (const [part, name = '', attribute] of rule.id.matchAll(/\{(\w+)(?:\.(\w+))?\}/g)) {
    const own = name === 'id' ? id : arn;
    parts.set(part, name === 'id' || name === 'tagged' ? own && escape(own) : textOf(values[name], attribute));
  }
  if ([...parts.values()].includes(undefined)) return undefined;
  return rule.id.replaceAll(/\{[\w.]+\}/g, (part) => parts.get(part) ?? '');
}

/** @param attribute of the resource to which the value refers, in the place of the one that it names */
function textOf(value: unknown, attribute: string | undefined): string | undefined {
  if (attribute === undefined) {
    const written = expression(value);
    return typeof written === 'string' ? written : undefined;
  }
  const [reference] = value instanceof Expr ? value.references : [];
  return reference && referenceText({ ...reference, path: [attribute] });
}

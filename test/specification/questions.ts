/** Questions about a planned stack that several checks ask. */
import { expect } from 'vitest';
import type { PlannedResource, PlannedStack } from '../harness/mocked-plan-stack.js';

/** The value at a path such as `origin.0.custom_header`; undefined when a step is absent. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    return (inner as Readonly<Record<string, unknown>>)[key];
  }, value);
}

/** The list at a path; empty when absent. */
export function listAt(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

export const textAt = (value: unknown, path: string): string => {
  const found = at(value, path);
  return typeof found === 'string' ? found : '';
};

/** The JSON document in an argument such as `policy`. */
export const jsonAt = (resource: PlannedResource, path: string): unknown => JSON.parse(textAt(resource.values, path));

/** Whether a planned value holds an attribute of the resource or data source at an address. */
export function refersTo(value: unknown, address: string): boolean {
  const escaped = address.replaceAll('.', '\\.');
  return new RegExp(`(?<![\\w.-])${escaped}(?!\\w)`).test(JSON.stringify(value ?? null));
}

/** Resources of a type that refer to an address. */
export const referring = (plan: PlannedStack, type: string, address: string): readonly PlannedResource[] =>
  plan.all(type).filter(({ values }) => refersTo(values, address));

/** The only resource of a list. */
export function only<T>(found: readonly T[], what: string): T {
  const [first] = found;
  expect(found, what).toHaveLength(1);
  if (first === undefined) throw new Error(`There is no ${what}.`);
  return first;
}

/** The domain of the environment: that of the API's distribution without `api.`. */
export const domainOf = (plan: PlannedStack): string =>
  textAt(plan.get('aws_cloudfront_distribution.api').values, 'aliases.0').replace(/^api\./, '');

/** The project: the namespace's name without `.local`. */
export const projectOf = (plan: PlannedStack): string =>
  textAt(plan.get('aws_service_discovery_private_dns_namespace.main').values, 'name').replace(/\.local$/, '');

/** The distribution that answers for `{subdomain}.{domain}`. */
export function distributionOf(plan: PlannedStack, subdomain: string): PlannedResource {
  const host = `${subdomain}.${domainOf(plan)}`;
  const found = plan
    .all('aws_cloudfront_distribution')
    .filter(({ values }) => listAt(values, 'aliases').includes(host));
  return only(found, `distribution for ${host}`);
}

/** Services of the cluster but the gateway. */
export const ownServices = (plan: PlannedStack): readonly PlannedResource[] =>
  plan.all('aws_ecs_service').filter(({ name }) => name !== 'gateway');

/** Services behind the gateway: those that an 8443 rule leads to by `{service}.internal`. */
export const backends = (plan: PlannedStack): readonly PlannedResource[] =>
  ownServices(plan).filter(({ name }) => plan.has(`aws_lb_listener_rule.internal_${name}`));

/** Rules of one listener, by priority. */
export const rulesOf = (plan: PlannedStack, listener: string): readonly PlannedResource[] =>
  referring(plan, 'aws_lb_listener_rule', `aws_lb_listener.${listener}`).toSorted(
    (a, b) => Number(at(a.values, 'priority')) - Number(at(b.values, 'priority')),
  );

/** The value of one of a rule's conditions, such as `host_header`; undefined when it has none of that kind. */
export const conditionOf = (rule: PlannedResource, kind: string): unknown =>
  listAt(rule.values, 'condition')
    .map((condition) => at(condition, `${kind}.0`))
    .find((found) => found !== undefined);

/** The one container of a task definition. */
export const containerOf = (plan: PlannedStack, service: string): unknown =>
  at(jsonAt(plan.get(`aws_ecs_task_definition.${service}`), 'container_definitions'), '0');

/** `environment` of a container, by name. */
export const environmentOf = (container: unknown): ReadonlyMap<string, string> =>
  new Map(listAt(container, 'environment').map((entry) => [textAt(entry, 'name'), textAt(entry, 'value')]));

/** Entries of an IAM policy, whatever the form of `Action` and `Resource`. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** The statements of a policy document. */
export const statementsIn = (policy: unknown): readonly Statement[] =>
  listAt(policy, 'Statement').map((statement) => ({
    effect: textAt(statement, 'Effect'),
    actions: oneOrMany(at(statement, 'Action')),
    resources: oneOrMany(at(statement, 'Resource')),
  }));

const oneOrMany = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(
    (one): one is string => typeof one === 'string',
  );

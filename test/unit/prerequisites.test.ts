import { describe, expect, test } from 'vitest';
import { referencesIn } from '../../src/stack/expr.js';
import { addressOf, dependenciesOf, targetOf, type AnyResource, type StackNode } from '../../src/stack/stack.js';
import { viewOf, type StackView } from '../../src/stack/view.js';
import { fullExample } from '../harness/mocked-plan-variants.js';
import { synthesisOf } from '../harness/stacks.js';

/** What makes another resource of use, by the argument that names it: nothing refers to these, and tasks fail without them. */
const owners: Readonly<Record<string, string>> = {
  aws_iam_role_policy: 'role',
  aws_iam_role_policy_attachment: 'role',
  aws_route: 'route_table_id',
  aws_route_table_association: 'subnet_id',
  aws_secretsmanager_secret_version: 'secret_id',
  aws_vpc_security_group_egress_rule: 'security_group_id',
  aws_vpc_security_group_ingress_rule: 'security_group_id',
  aws_ecs_cluster_capacity_providers: 'cluster_name',
};

// The VPC's own table, which holds until then, leads nowhere either.
const useless = /^aws_route_table_association\.database_/;

function firstTarget(value: unknown): string {
  const [reference] = referencesIn(value);
  return (reference && targetOf(reference)) ?? '';
}

/** All that stands when Terraform was told to make what this one refers to and depends on. */
function closureOf({ nodes }: StackView, node: StackNode): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (addresses: readonly string[]): void => {
    for (const address of addresses) {
      if (found.has(address)) continue;
      found.add(address);
      const next = nodes.get(address);
      if (next !== undefined) visit(dependenciesOf(next));
    }
  };
  visit(dependenciesOf(node));
  return found;
}

/** Resources without which something in the closure of a service does not work, and that are not in it. */
function lackingOf(view: StackView, service: AnyResource): readonly string[] {
  const closure = closureOf(view, service);
  const groups = groupsInUse(view, [...closure, addressOf('resource', service)]);
  return view.stack.resources.flatMap((resource) => {
    const argument = owners[resource.type];
    const address = addressOf('resource', resource);
    if (argument === undefined || closure.has(address) || useless.test(address)) return [];
    const args = new Map<string, unknown>(Object.entries(resource.args));
    const owner = firstTarget(args.get(argument));
    const isRule = resource.type.startsWith('aws_vpc_security_group_');
    const needed = isRule ? groups.has(owner) && peerMatters(args, owner, groups) : closure.has(owner);
    return needed ? [address] : [];
  });
}

/** Groups that anything but their own rules is in. */
function groupsInUse({ nodes }: StackView, addresses: readonly string[]): ReadonlySet<string> {
  const users = addresses.filter((address) => !address.startsWith('aws_vpc_security_group_'));
  const targets = users.flatMap((address) => referencesIn(nodes.get(address)?.args).map(targetOf));
  return new Set(targets.flatMap((target) => (target?.startsWith('aws_security_group.') ? [target] : [])));
}

/** A peer that nothing is in yet opens nothing; what the public reaches on the load balancer no task needs. */
function peerMatters(args: ReadonlyMap<string, unknown>, owner: string, groups: ReadonlySet<string>): boolean {
  const peer = args.get('referenced_security_group_id');
  return peer === undefined ? owner !== 'aws_security_group.alb' : groups.has(firstTarget(peer));
}

const variants = [
  ['dev', {}],
  ['prod', {}],
  ['dev', { 'environments.dev.nat': 'instance' }],
  ['dev', { 'services.web.runtime': 'fargate', 'environments.dev.services.web': { tier: 'small' } }],
  ['dev', { 'services.web.redis': true, 'services.web.database': 'web_db', 'services.web.calls': ['auth-service'] }],
] as const;

describe.each(variants)('%s with %j', (environment, changed) => {
  test('no service of examples/full can start before all that its tasks need stands', async () => {
    const view = viewOf(synthesisOf(await fullExample(changed), environment).stack);
    const services = [...view.all('aws_ecs_service'), ...view.all('aws_apprunner_service')];
    expect(services.length).toBeGreaterThan(4);
    const lacking = services.map((service) => [service.name, lackingOf(view, service)]);
    expect(Object.fromEntries(lacking)).toEqual(Object.fromEntries(services.map(({ name }) => [name, []])));
  });
});

test('a NAT instance runs before any service starts', async () => {
  const { stack } = synthesisOf(await fullExample({ 'environments.dev.nat': 'instance' }), 'dev');
  const view = viewOf(stack);
  for (const service of [...view.all('aws_ecs_service'), ...view.all('aws_apprunner_service')])
    expect(closureOf(view, service)).toContain('aws_autoscaling_group.nat');
});

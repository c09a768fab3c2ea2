/** Assertions that several sentences share. Each throws when the plan does not show it. */
import { expect } from 'vitest';
import type { PlannedResource, PlannedStack } from '../harness/mocked-plan-stack.js';
import { at, backends, conditionOf, listAt, only, referring, refersTo, rulesOf, textAt } from './questions.js';

const originVerify = 'data.aws_secretsmanager_secret_version.origin_verify';
const originVerifyNext = 'data.aws_secretsmanager_secret_version.origin_verify_next';

/** The distribution is guarded by the edge's web ACL, which stands in us-east-1 with the scope of CloudFront. */
export function expectEdgeWaf(plan: PlannedStack, distribution: PlannedResource): void {
  expect(refersTo(distribution.values['web_acl_id'], 'aws_wafv2_web_acl.edge')).toBe(true);
  const acl = plan.get('aws_wafv2_web_acl.edge');
  expect(acl.values['scope']).toBe('CLOUDFRONT');
  expect(acl.written['provider']).toBe('aws.us_east_1');
}

/** Every origin of the distribution gets `X-Origin-Verify` with the value kept in Secrets Manager. */
export function expectOriginHeader(distribution: PlannedResource): void {
  const origins = listAt(distribution.values, 'origin');
  expect(origins).not.toHaveLength(0);
  for (const origin of origins) {
    const header = listAt(origin, 'custom_header').find((one) => at(one, 'name') === 'X-Origin-Verify');
    expect(refersTo(at(header, 'value'), originVerify), 'the value of X-Origin-Verify').toBe(true);
  }
}

/** On 443 nothing is forwarded but what carries one of the header's two values; all else is answered with 403. */
export function expectHeaderRule(plan: PlannedStack): void {
  const action = at(plan.get('aws_lb_listener.https').values, 'default_action.0');
  expect(at(action, 'type')).toBe('fixed-response');
  expect(at(action, 'fixed_response.0.status_code')).toBe('403');
  const rules = rulesOf(plan, 'https');
  expect(rules.some((rule) => refersTo(at(rule.values, 'action.0'), 'aws_lb_target_group.gateway'))).toBe(true);
  for (const rule of rules) {
    const header = conditionOf(rule, 'http_header');
    expect(textAt(header, 'http_header_name').toLowerCase()).toBe('x-origin-verify');
    const values = listAt(header, 'values');
    expect(values, rule.address).not.toHaveLength(0);
    const accepted = [originVerify, originVerifyNext];
    expect(values, rule.address).toHaveLength(accepted.length);
    for (const value of values)
      expect(
        accepted.filter((one) => refersTo(value, one)),
        rule.address,
      ).toHaveLength(1);
  }
}

/** On 8443 a rule for each service behind the gateway, by `{service}.internal`, to that service's own targets. */
export function expectHostRules(plan: PlannedStack): void {
  const services = backends(plan);
  expect(services).not.toHaveLength(0);
  for (const { name } of services) {
    const rule = only(
      rulesOf(plan, 'internal_https').filter(({ name: own }) => own === `internal_${name}`),
      `8443 rule of ${name}`,
    );
    expect(listAt(conditionOf(rule, 'host_header'), 'values')).toEqual([`${name.replaceAll('_', '-')}.internal`]);
    expect(refersTo(at(rule.values, 'action.0'), `aws_lb_target_group.${name}`)).toBe(true);
  }
}

/** The tasks of a service run on Fargate in the private subnets, without a public address. */
export function expectPrivateFargate(plan: PlannedStack, service: PlannedResource): void {
  const network = at(service.values, 'network_configuration.0');
  expect(listAt(network, 'subnets')).toEqual(['aws_subnet.private_a.id', 'aws_subnet.private_b.id']);
  expect(at(network, 'assign_public_ip')).toBe(false);
  expect(listAt(network, 'security_groups').some((group) => refersTo(group, 'aws_security_group.ecs'))).toBe(true);
  for (const strategy of listAt(service.values, 'capacity_provider_strategy'))
    expect(textAt(strategy, 'capacity_provider')).toMatch(/^FARGATE(_SPOT)?$/);
  const definition = plan.get(`aws_ecs_task_definition.${service.name}`);
  expect(definition.values['requires_compatibilities']).toEqual(['FARGATE']);
  expect(definition.values['network_mode']).toBe('awsvpc');
}

/** A subnet group of the database subnets alone, whose route table has no way out. */
export function expectDatabaseSubnets(plan: PlannedStack, group: PlannedResource): void {
  expect(listAt(group.values, 'subnet_ids')).toEqual(['aws_subnet.database_a.id', 'aws_subnet.database_b.id']);
  for (const zone of ['a', 'b'])
    expect(plan.get(`aws_route_table_association.database_${zone}`).values['route_table_id']).toBe(
      'aws_route_table.database.id',
    );
  expect(referring(plan, 'aws_route', 'aws_route_table.database')).toEqual([]);
}

/** The 8443 rule for `wake.internal` leads to the wake-up Lambda, and the load balancer may invoke it. */
export function expectWakeUpRule(plan: PlannedStack): void {
  const rule = plan.get('aws_lb_listener_rule.wake_up');
  expect(refersTo(rule.values['listener_arn'], 'aws_lb_listener.internal_https')).toBe(true);
  expect(listAt(conditionOf(rule, 'host_header'), 'values')).toEqual(['wake.internal']);
  expect(refersTo(at(rule.values, 'action.0'), 'aws_lb_target_group.wake_up')).toBe(true);
  expect(plan.get('aws_lb_target_group.wake_up').values['target_type']).toBe('lambda');
  const attachment = only(
    referring(plan, 'aws_lb_target_group_attachment', 'aws_lb_target_group.wake_up'),
    'attachment of the wake-up Lambda',
  );
  expect(refersTo(attachment.values['target_id'], 'aws_lambda_function.wake_up')).toBe(true);
  const permission = plan
    .all('aws_lambda_permission')
    .find(({ values }) => refersTo(values['source_arn'], 'aws_lb_target_group.wake_up'));
  expect(permission?.values['principal']).toBe('elasticloadbalancing.amazonaws.com');
}

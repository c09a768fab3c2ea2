import { expect } from 'vitest';
import { mockedAddress } from '../../harness/mocked-plan-values.js';
import { expectHeaderRule, expectOriginHeader } from '../checks.js';
import { at, conditionOf, distributionOf, domainOf, listAt, only, refersTo, rulesOf, textAt } from '../questions.js';
import { opening } from '../security-groups.js';
import { rulesInOrder } from '../web-acl.js';
import type { Fact } from './fact.js';

/** What each variant of the full example must show. */
export const variantFacts: readonly Fact[] = [
  {
    name: 'without database and Redis there is none, nor what belongs to them',
    in: ['bare'],
    check: (plan) => {
      for (const { type } of plan.resources) expect(type).not.toMatch(/^aws_(db|elasticache)_|^aws_lambda_invocation$/);
      expect(plan.has('aws_lambda_function.database_init')).toBe(false);
      expect(plan.all('aws_apprunner_service')).toEqual([]);
      const names = plan.all('aws_secretsmanager_secret').map(({ values }) => textAt(values, 'name'));
      for (const name of names) expect(name).not.toMatch(/DATABASE_URL|REDIS/);
    },
  },
  {
    name: 'Next.js on Fargate stands behind the same load balancer, by Host and header',
    in: ['fargate'],
    check: (plan) => {
      expect(plan.all('aws_apprunner_service')).toEqual([]);
      const app = distributionOf(plan, 'app');
      expectOriginHeader(app);
      expect(refersTo(at(app.values, 'origin.0.domain_name'), 'aws_lb.main')).toBe(true);
      expectHeaderRule(plan);
      const toWeb = rulesOf(plan, 'https').filter(({ values }) =>
        refersTo(at(values, 'action.0'), 'aws_lb_target_group.web'),
      );
      const host = conditionOf(only(toWeb, 'rule of the front end'), 'host_header');
      expect(listAt(host, 'values')).toEqual([`app.${domainOf(plan)}`]);
      expect(plan.get('aws_ecs_task_definition.web').values).toMatchObject({ cpu: '512', memory: '1024' });
      expect(Number(plan.get('aws_appautoscaling_target.web').values['min_capacity'])).toBeGreaterThanOrEqual(1);
    },
  },
  {
    name: 'on Fargate the front end’s host goes to the front end, and any other to the gateway',
    in: ['fargate'],
    check: (plan) => {
      const targets = rulesOf(plan, 'https').map(({ values }) => textAt(values, 'action.0.target_group_arn'));
      const first = targets.findIndex((target) => target.endsWith('.web'));
      const gateway = rulesOf(plan, 'https').find(
        (rule) =>
          refersTo(at(rule.values, 'action.0'), 'aws_lb_target_group.gateway') &&
          conditionOf(rule, 'host_header') === undefined,
      );
      const last = gateway === undefined ? Infinity : rulesOf(plan, 'https').indexOf(gateway);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(first).toBeLessThan(last);
    },
  },
  {
    name: 'two sites have a bucket and a distribution each, and nothing of Next.js',
    in: ['sites'],
    check: (plan) => {
      for (const front of ['spa', 'docs']) expect(distributionOf(plan, front).values['enabled']).toBe(true);
      expect(plan.all('aws_s3_bucket').filter(({ name }) => name.startsWith('site_'))).toHaveLength(2);
      expect(plan.all('aws_apprunner_service')).toEqual([]);
      expect(plan.has('aws_wafv2_web_acl.regional')).toBe(false);
    },
  },
  {
    name: 'a NAT instance takes the gateways’ place, and its address alone may call 8443 and 8080',
    in: ['nat-instance'],
    check: (plan) => {
      expect(plan.all('aws_nat_gateway')).toEqual([]);
      const internal = opening(plan, 'ingress', 'alb').filter(({ ports }) => ports === '8443' || ports === '8080');
      const address = only(plan.all('aws_eip'), 'address of the NAT instance').address;
      expect(new Set(internal.map(({ peer }) => peer))).toEqual(new Set([`${mockedAddress(address)}/32`]));
      const template = plan.get('aws_launch_template.nat').values;
      expect(at(template, 'metadata_options.0.http_tokens')).toBe('required');
      expect(opening(plan, 'ingress', 'nat').map(({ peer }) => peer)).toEqual(['10.0.0.0/16']);
    },
  },
  {
    name: 'own rules follow the built-in ones in their order, and the limit is the configured one',
    in: ['custom-waf'],
    check: (plan) => {
      const rules = rulesInOrder(plan);
      const names = rules.map((rule) => textAt(rule, 'name'));
      expect(names.slice(0, 2)).toEqual(['rate-limit', 'metadata-ssrf']);
      expect(names.slice(-2).map((name) => name.replace(/^custom-/, ''))).toEqual(['office', 'no-admin']);
      expect(at(rules[0], 'statement.0.rate_based_statement.0.limit')).toBe(500);
      expect(at(rules.at(-2), 'action.0.allow')).toBeDefined();
      expect(at(rules.at(-1), 'action.0.block')).toBeDefined();
      const set = only(plan.all('aws_wafv2_ip_set'), 'set of addresses');
      expect(set.values['addresses']).toEqual(['198.51.100.0/24']);
      expect(refersTo(rules.at(-2), set.address)).toBe(true);
    },
  },
];

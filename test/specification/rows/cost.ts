import { expect } from 'vitest';
import type { PlannedStack } from '../../harness/mocked-plan-stack.js';
import type { Entry } from '../entry.js';

/** A row of the cost table: what it counts is planned in dev; its price comes with `infra:cost`. */
const cost = (
  text: string,
  resources: readonly string[],
  asserts: string,
  check: (plan: PlannedStack) => void,
  note?: string,
): Entry => ({
  text,
  resources,
  asserts,
  in: ['dev'],
  later: 'cost',
  ...(note !== undefined && { note }),
  check,
});

/** Kinds of resources that the page names at its end. */
const kinds: readonly string[] = [
  'aws_vpc',
  'aws_subnet',
  'aws_nat_gateway',
  'aws_security_group',
  'aws_lb',
  'aws_lb_target_group',
  'aws_ecs_cluster',
  'aws_ecs_service',
  'aws_db_instance',
  'aws_elasticache_replication_group',
  'aws_cloudfront_distribution',
  'aws_wafv2_web_acl',
  'aws_lambda_function',
  'aws_cloudwatch_metric_alarm',
  'aws_route53_record',
  'aws_iam_role',
];

/** Cost Estimate, and Terraform Resources. */
export const costAndCount: readonly Entry[] = [
  cost(
    'ECS Fargate | 4 tasks x 0.5 vCPU x 1GB | ~$30',
    ['aws_ecs_service', 'aws_ecs_task_definition'],
    'four services of the cluster or more, at their sizes',
    (plan) => expect(plan.all('aws_ecs_service').length).toBeGreaterThanOrEqual(4),
    'Four such tasks cost about $72 a month, not $30. Sleeping services cost nothing while they sleep.',
  ),
  cost('RDS | db.t3.micro | ~$15', ['aws_db_instance.main'], 'the instance class', (plan) =>
    expect(plan.get('aws_db_instance.main').values['instance_class']).toBe('db.t3.micro'),
  ),
  cost('ElastiCache | cache.t3.micro | ~$12', ['aws_elasticache_replication_group.main'], 'the node type', (plan) =>
    expect(plan.get('aws_elasticache_replication_group.main').values['node_type']).toBe('cache.t3.micro'),
  ),
  cost('ALB | 1 ALB + data | ~$20', ['aws_lb.main'], 'one load balancer', (plan) =>
    expect(plan.all('aws_lb')).toHaveLength(1),
  ),
  cost(
    'CloudFront | 100GB transfer | ~$10',
    ['aws_cloudfront_distribution'],
    'the cheapest price class on every distribution',
    (plan) => {
      for (const { values } of plan.all('aws_cloudfront_distribution'))
        expect(values['price_class']).toBe('PriceClass_100');
    },
  ),
  cost('NAT Gateway | 2 x per AZ | ~$65', ['aws_nat_gateway'], 'two', (plan) =>
    expect(plan.all('aws_nat_gateway')).toHaveLength(2),
  ),
  cost('Secrets Manager | 10 secrets | ~$4', ['aws_secretsmanager_secret'], 'at most ten', (plan) => {
    const count = plan.all('aws_secretsmanager_secret').length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(10);
  }),
  {
    text: 'Total | | ~$156/month',
    later: 'cost',
    asserts: 'The page’s rows beside the audited ones.',
    note: 'The page leaves out the web ACLs and public IPv4 addresses, and counts Fargate too low.',
  },
  {
    text: 'NAT Gateway is the largest cost.',
    later: 'cost',
    asserts: 'The rows of an environment by price.',
  },
  {
    text: 'Consider NAT instances for dev environments.',
    resources: ['aws_autoscaling_group.nat', 'aws_network_interface.nat', 'aws_route.private_a', 'aws_route.private_b'],
    asserts:
      '`nat: instance` puts one instance in place of the gateways, always replaced, and both private subnets leave by it',
    in: ['nat-instance'],
    check: (plan) => {
      expect(plan.all('aws_nat_gateway')).toEqual([]);
      expect(plan.get('aws_autoscaling_group.nat').values).toMatchObject({ min_size: 1, max_size: 1 });
      const { values } = plan.get('aws_network_interface.nat');
      expect(values['source_dest_check']).toBe(false);
      expect(values['subnet_id']).toBe('aws_subnet.public_a.id');
      for (const zone of ['a', 'b'])
        expect(plan.get(`aws_route.private_${zone}`).values['network_interface_id']).toBe(
          'aws_network_interface.nat.id',
        );
    },
  },
  {
    text:
      'AWS deployments create approximately 45 Terraform resources including VPC, subnets, NAT gateways, security groups, ' +
      'ALB with target groups, ECS cluster and services, RDS instance, ElastiCache cluster, CloudFront distributions, WAF rules, ' +
      'Lambda functions, CloudWatch alarms, Route 53 records, and IAM roles.',
    resources: kinds,
    asserts: 'each kind that is named is planned',
    note: '“About 45” describes, it does not limit: the README states the real count.',
    check: (plan) => {
      for (const type of kinds) expect(plan.all(type).length, type).toBeGreaterThan(0);
      expect(plan.resources.length).toBeGreaterThanOrEqual(45);
    },
  },
];

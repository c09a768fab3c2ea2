import { expect } from 'vitest';
import { mockedZone } from '../../harness/mocked-plan-values.js';
import { expectDatabaseSubnets, expectPrivateFargate } from '../checks.js';
import type { Entry } from '../entry.js';
import { only } from '../questions.js';
import { opening, openTo } from '../security-groups.js';

/** A tier of subnets: one in each zone. */
const subnets = (text: string, tier: string, cidrs: readonly [string, string]): Entry => ({
  text,
  resources: [`aws_subnet.${tier}_a`, `aws_subnet.${tier}_b`],
  asserts: 'one in each of two zones, with these ranges; none gives public addresses by itself',
  check: (plan) => {
    for (const [index, zone] of ['a', 'b'].entries()) {
      const { values } = plan.get(`aws_subnet.${tier}_${zone}`);
      expect(values['cidr_block']).toBe(cidrs[index]);
      expect(values['availability_zone']).toBe(mockedZone(index));
      expect(values['map_public_ip_on_launch'] ?? false).toBe(false);
    }
  },
});

/** Networking: the VPC’s tree and the table of security groups. */
export const networking: readonly Entry[] = [
  {
    text: 'VPC: 10.0.0.0/16',
    resources: ['aws_vpc.main'],
    asserts: 'the range, and names inside it',
    check: (plan) => {
      const { values } = only(plan.all('aws_vpc'), 'VPC');
      expect(values['cidr_block']).toBe('10.0.0.0/16');
      expect([values['enable_dns_support'], values['enable_dns_hostnames']]).toEqual([true, true]);
    },
  },
  subnets('+-- Public Subnets (10.0.1.0/24, 10.0.2.0/24)', 'public', ['10.0.1.0/24', '10.0.2.0/24']),
  {
    text: '+-- NAT Gateway (per AZ)',
    resources: ['aws_nat_gateway.a', 'aws_nat_gateway.b', 'aws_route.private_a', 'aws_route.private_b'],
    asserts: 'one in each public subnet, with its own address; each private subnet leaves by that of its zone',
    check: (plan) => {
      expect(plan.all('aws_nat_gateway')).toHaveLength(2);
      for (const zone of ['a', 'b']) {
        const { values } = plan.get(`aws_nat_gateway.${zone}`);
        expect(values['subnet_id']).toBe(`aws_subnet.public_${zone}.id`);
        expect(values['allocation_id']).toBe(`aws_eip.nat_${zone}.id`);
        const route = plan.get(`aws_route.private_${zone}`).values;
        expect(route['destination_cidr_block']).toBe('0.0.0.0/0');
        expect(route['nat_gateway_id']).toBe(`aws_nat_gateway.${zone}.id`);
        expect(plan.get(`aws_route_table_association.private_${zone}`).values['route_table_id']).toBe(
          `aws_route_table.private_${zone}.id`,
        );
      }
    },
  },
  {
    text: '+-- ALB (Internet-facing)',
    resources: ['aws_lb.main', 'aws_route.public'],
    asserts: 'in both public subnets, which leave by the internet gateway',
    check: (plan) => {
      const { values } = plan.get('aws_lb.main');
      expect(values['internal']).toBe(false);
      expect(values['subnets']).toEqual(['aws_subnet.public_a.id', 'aws_subnet.public_b.id']);
      expect(plan.get('aws_route.public').values['gateway_id']).toBe('aws_internet_gateway.main.id');
    },
  },
  subnets('+-- Private Subnets (10.0.10.0/24, 10.0.20.0/24)', 'private', ['10.0.10.0/24', '10.0.20.0/24']),
  {
    text: '+-- ECS Fargate tasks (Kong + services)',
    resources: ['aws_ecs_service'],
    asserts: 'Kong and every other service of the cluster in both private subnets',
    check: (plan) => {
      expect(plan.all('aws_ecs_service').map(({ name }) => name)).toContain('gateway');
      for (const service of plan.all('aws_ecs_service')) expectPrivateFargate(plan, service);
    },
  },
  subnets('+-- Database Subnets (10.0.100.0/24, 10.0.200.0/24)', 'database', ['10.0.100.0/24', '10.0.200.0/24']),
  {
    text: '+-- RDS PostgreSQL',
    resources: ['aws_db_subnet_group.main', 'aws_db_instance.main'],
    asserts: 'in both database subnets, which have no route out',
    check: (plan) => {
      const group = plan.get('aws_db_subnet_group.main');
      expect(plan.get('aws_db_instance.main').values['db_subnet_group_name']).toBe(group.values['name']);
      expectDatabaseSubnets(plan, group);
    },
  },
  {
    text: '+-- ElastiCache Redis',
    resources: ['aws_elasticache_subnet_group.main', 'aws_elasticache_replication_group.main'],
    asserts: 'in both database subnets, which have no route out',
    check: (plan) => {
      const group = only(plan.all('aws_elasticache_subnet_group'), 'subnet group of Redis');
      const cache = plan.get('aws_elasticache_replication_group.main');
      expect(cache.values['subnet_group_name']).toBe(group.values['name']);
      expectDatabaseSubnets(plan, group);
    },
  },
  {
    text: '`alb-sg` | 443 from 0.0.0.0/0 | ECS tasks | Load balancer',
    resources: ['aws_security_group.alb', 'aws_vpc_security_group_ingress_rule', 'aws_vpc_security_group_egress_rule'],
    asserts: 'open to all on 443 and 80 alone; out to the tasks’ group alone; the load balancer is in it',
    note: 'Also 80 from anywhere (the redirect), and 8443 and 8080 from the NAT addresses alone, because the gateway’s calls arrive from there.',
    check: (plan) => {
      expect(openTo(plan, 'ingress', 'alb', '0.0.0.0/0')).toEqual(['443', '80']);
      const out = opening(plan, 'egress', 'alb');
      expect(out).not.toHaveLength(0);
      for (const { peer } of out) expect(peer).toBe('ecs');
      expect(plan.get('aws_lb.main').values['security_groups']).toEqual(['aws_security_group.alb.id']);
    },
  },
  {
    text: '`ecs-sg` | ALB health checks | All outbound | Service containers',
    resources: [
      'aws_security_group.ecs',
      'aws_vpc_security_group_ingress_rule',
      'aws_vpc_security_group_egress_rule.ecs_all',
    ],
    asserts:
      'in from the load balancer’s group, from itself and from the function that makes scheduled calls; out to everywhere; every task is in it',
    note: 'The load balancer’s requests come the same way as its health checks, and services call each other directly by Cloud Map: so the tasks’ ports are open to alb-sg and to ecs-sg itself, and with `jobs` to the function that makes scheduled calls.',
    check: (plan) => {
      expect(
        opening(plan, 'ingress', 'ecs')
          .map(({ peer }) => peer)
          .toSorted(),
      ).toEqual(['alb', 'ecs', 'job_invoker']);
      expect(openTo(plan, 'egress', 'ecs', '0.0.0.0/0')).toEqual(['all']);
      for (const service of plan.all('aws_ecs_service')) expectPrivateFargate(plan, service);
    },
  },
  {
    text: '`rds-sg` | 5432 from ECS | None | Database access',
    resources: ['aws_security_group.rds', 'aws_vpc_security_group_ingress_rule.rds_ecs'],
    asserts: '5432 from the tasks’ group, no way out; the database is in it',
    note: 'Also 5432 from the group of the function that makes databases and roles.',
    check: (plan) => {
      expect(openTo(plan, 'ingress', 'rds', 'ecs')).toEqual(['5432']);
      for (const { ports } of opening(plan, 'ingress', 'rds')) expect(ports).toBe('5432');
      expect(opening(plan, 'egress', 'rds')).toEqual([]);
      expect(plan.get('aws_db_instance.main').values['vpc_security_group_ids']).toEqual(['aws_security_group.rds.id']);
    },
  },
  {
    text: '`redis-sg` | 6379 from ECS | None | Cache access',
    resources: ['aws_security_group.redis', 'aws_vpc_security_group_ingress_rule.redis_ecs'],
    asserts: '6379 from the tasks’ group, no way out; Redis is in it',
    check: (plan) => {
      expect(openTo(plan, 'ingress', 'redis', 'ecs')).toEqual(['6379']);
      for (const { ports } of opening(plan, 'ingress', 'redis')) expect(ports).toBe('6379');
      expect(opening(plan, 'egress', 'redis')).toEqual([]);
      expect(plan.get('aws_elasticache_replication_group.main').values['security_group_ids']).toEqual([
        'aws_security_group.redis.id',
      ]);
    },
  },
];

import { describe, expect, test } from 'vitest';
import type { Config } from '../../config/config.js';
import { refsOf } from '../../stack/refs.js';
import { expression } from '../../stack/terraform-json.js';
import { configOf, nestService, smallPostgres, workerService } from '../../stack/testing/config.js';
import { emptyStack } from '../../stack/testing/stack.js';
import { viewOf } from '../../stack/view.js';
import { synth } from './synth.js';

const viewFor = (given: Partial<Config> = {}) => {
  const config = configOf(given);
  return viewOf({ ...emptyStack, resources: synth(config, refsOf(config)).resources ?? [] });
};

/** The first address and the size of an IPv4 range. */
function rangeOf(cidr: string): readonly [first: number, size: number] {
  const [address = '', bits = ''] = cidr.split('/');
  return [address.split('.').reduce((all, part) => all * 256 + Number(part), 0), 2 ** (32 - Number(bits))];
}

describe('addresses', () => {
  const view = viewFor();
  const subnets = view.all('aws_subnet').map(({ name, args }) => [name, String(args.cidr_block)] as const);

  test('are the specification’s', () => {
    expect(view.get('aws_vpc.main')?.args.cidr_block).toBe('10.0.0.0/16');
    expect(Object.fromEntries(subnets)).toEqual({
      public_a: '10.0.1.0/24',
      public_b: '10.0.2.0/24',
      private_a: '10.0.10.0/24',
      private_b: '10.0.20.0/24',
      database_a: '10.0.100.0/24',
      database_b: '10.0.200.0/24',
    });
  });

  test('of subnets lie in the VPC and do not overlap', () => {
    const [first, size] = rangeOf('10.0.0.0/16');
    const ranges = subnets.map(([, cidr]) => rangeOf(cidr)).sort(([a], [b]) => a - b);
    for (const [start, length] of ranges) {
      expect(start >= first && start + length <= first + size).toBe(true);
    }
    ranges.slice(1).forEach(([start], index) => {
      const [before = 0, length = 0] = ranges[index] ?? [];
      expect(start).toBeGreaterThanOrEqual(before + length);
    });
  });

  test('are given to nothing by themselves, in two zones', () => {
    for (const { name, args } of view.all('aws_subnet')) {
      expect(args.map_public_ip_on_launch).toBe(false);
      expect(expression(args.availability_zone)).toBe(
        `\${data.aws_availability_zones.available.names[${name.endsWith('_a') ? '0' : '1'}]}`,
      );
    }
  });
});

describe('routes', () => {
  const routesIn = (given: Partial<Config> = {}) =>
    viewFor(given)
      .all('aws_route')
      .map(({ name, args }) => [name, expression(args.nat_gateway_id ?? args.gateway_id)]);

  test('leave the private subnets by the NAT gateway of their own zone', () => {
    expect(routesIn()).toEqual([
      ['public', '${aws_internet_gateway.main.id}'],
      ['private_a', '${aws_nat_gateway.a.id}'],
      ['private_b', '${aws_nat_gateway.b.id}'],
    ]);
  });

  test('share one NAT gateway where the config says so', () => {
    const view = viewFor({ nat: 'gateway' });
    expect([view.all('aws_nat_gateway'), view.all('aws_eip')].map((all) => all.map(({ name }) => name))).toEqual([
      ['a'],
      ['nat_a'],
    ]);
    expect(routesIn({ nat: 'gateway' })).toContainEqual(['private_b', '${aws_nat_gateway.a.id}']);
  });

  test('leave by an instance that replaces itself where the config says so', () => {
    const view = viewFor({ nat: 'instance' });
    expect(view.all('aws_nat_gateway')).toEqual([]);
    expect(view.all('aws_route').map(({ name, args }) => [name, expression(args.network_interface_id)])).toEqual([
      ['public', undefined],
      ['private_a', '${aws_network_interface.nat.id}'],
      ['private_b', '${aws_network_interface.nat.id}'],
    ]);
    expect(view.get('aws_network_interface.nat')?.args.source_dest_check).toBe(false);
    expect(view.get('aws_autoscaling_group.nat')?.args).toMatchObject({ min_size: 1, max_size: 1 });
    const script = Buffer.from(String(view.get('aws_launch_template.nat')?.args.user_data), 'base64').toString();
    expect(script).toMatch(/^#!\/bin\/bash\n[^]*masquerade/);
  });

  test('lead to S3 without NAT', () => {
    expect(expression(viewFor().get('aws_vpc_endpoint.s3')?.args)).toMatchObject({
      service_name: 'com.amazonaws.eu-central-1.s3',
      vpc_endpoint_type: 'Gateway',
      route_table_ids: ['${aws_route_table.private_a.id}', '${aws_route_table.private_b.id}'],
    });
  });

  test('lead nowhere from the database subnets', () => {
    const view = viewFor();
    const tables = view.all('aws_route').map(({ args }) => expression(args.route_table_id));
    expect(tables).not.toContain('${aws_route_table.database.id}');
    const associations = view
      .all('aws_route_table_association')
      .map(({ name, args }) => [name, expression(args.route_table_id)]);
    expect(Object.fromEntries(associations)).toMatchObject({
      database_a: '${aws_route_table.database.id}',
      database_b: '${aws_route_table.database.id}',
      public_a: '${aws_route_table.public.id}',
      private_b: '${aws_route_table.private_b.id}',
    });
  });
});

describe('security groups', () => {
  const rulesIn = (given: Partial<Config> = {}) =>
    viewFor(given)
      .all('aws_vpc_security_group_ingress_rule')
      .map(({ args }) => {
        const group = String(expression(args.security_group_id)).split('.')[1];
        const peer = expression(args.cidr_ipv4 ?? args.referenced_security_group_id);
        return `${group ?? ''} ${String(args.from_port)}-${String(args.to_port)} ${String(peer)}`;
      });
  const services = [
    nestService('a', { port: 3001 }),
    nestService('b', { port: 9100 }),
    workerService('w', { port: 2999 }),
  ];

  test('let the load balancer’s inner ports be reached from the NAT addresses alone', () => {
    expect(rulesIn().filter((rule) => /8443|8080/.test(rule))).toEqual([
      'alb 8443-8443 ${aws_eip.nat_a.public_ip}/32',
      'alb 8080-8080 ${aws_eip.nat_a.public_ip}/32',
      'alb 8443-8443 ${aws_eip.nat_b.public_ip}/32',
      'alb 8080-8080 ${aws_eip.nat_b.public_ip}/32',
    ]);
    expect(rulesIn({ nat: 'gateway' }).filter((rule) => /8443|8080/.test(rule))).toHaveLength(2);
  });

  test('are open to everyone on 443 and 80 alone', () => {
    expect(rulesIn({ services }).filter((rule) => rule.endsWith('0.0.0.0/0'))).toEqual([
      'alb 443-443 0.0.0.0/0',
      'alb 80-80 0.0.0.0/0',
    ]);
  });

  test('let tasks be reached from the load balancer and each other, on the ports that any listens on', () => {
    expect(rulesIn({ services }).filter((rule) => rule.startsWith('ecs'))).toEqual([
      'ecs 2999-9100 ${aws_security_group.alb.id}',
      'ecs 2999-9100 ${aws_security_group.ecs.id}',
    ]);
    expect(rulesIn().filter((rule) => rule.startsWith('ecs'))).toContain('ecs 3080-3081 ${aws_security_group.alb.id}');
  });

  test('let database and cache be reached from tasks, the database from its initialisation too', () => {
    const given = { postgres: smallPostgres, redis: { nodeType: 'cache.t3.micro', replicas: 0 } };
    expect(rulesIn().filter((rule) => /^(rds|redis)/.test(rule))).toEqual([]);
    expect(rulesIn(given).filter((rule) => /^(rds|redis)/.test(rule))).toEqual([
      'rds 5432-5432 ${aws_security_group.ecs.id}',
      'rds 5432-5432 ${aws_security_group.database_init.id}',
      'redis 6379-6379 ${aws_security_group.ecs.id}',
    ]);
  });

  test('have one rule a source, each with a description', () => {
    const rules = rulesIn({ services });
    expect(new Set(rules).size).toBe(rules.length);
    const view = viewFor({ services });
    for (const type of ['aws_vpc_security_group_ingress_rule', 'aws_vpc_security_group_egress_rule'] as const) {
      for (const { args } of view.all(type)) {
        // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html (read 2026-11-23)
        expect(args.description).toMatch(/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
      }
    }
  });

  test('let nothing out of database and cache, and strip the VPC’s default group', () => {
    const view = viewFor({ services, postgres: smallPostgres });
    const from = view
      .all('aws_vpc_security_group_egress_rule')
      .map(({ args }) => String(expression(args.security_group_id)).split('.')[1]);
    expect([...new Set(from)].sort()).toEqual(['alb', 'database_init', 'ecs']);
    expect(view.get('aws_default_security_group.main')?.args).not.toHaveProperty('ingress');
  });
});

import type { Config } from '../../config/config.js';
import { template, type Value } from '../../stack/expr.js';
import { gatewayPorts } from '../../stack/gateway-task.js';
import {
  hasJobs,
  inCluster,
  onAppRunner,
  type Refs,
  type SecurityGroupRole,
  type ZoneIndex,
  zoneLetter,
} from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

interface Rule {
  readonly name: string;
  readonly group: SecurityGroupRole;
  readonly description: string;
  readonly ports: readonly [from: number, to: number] | 'all';
  readonly peer: SecurityGroupRole | { readonly cidr: Value<string> };
}

/** Groups of the config's resources: none stands about unused. */
function rolesOf(config: Config): readonly (readonly [SecurityGroupRole, string])[] {
  return [
    ['alb', 'Load balancer'],
    ['ecs', 'Service containers'],
    ...(config.postgres === undefined
      ? []
      : ([
          ['rds', 'Database access'],
          ['database_init', 'Database initialisation'],
        ] as const)),
    ...(config.redis === undefined ? [] : ([['redis', 'Cache access']] as const)),
    ...(config.services.some(hasJobs) ? ([['job_invoker', 'Scheduled jobs']] as const) : []),
    ...(config.services.some(onAppRunner) ? ([['app_runner', 'Front ends on App Runner']] as const) : []),
    ...(config.nat === 'instance' ? ([['nat', 'NAT instance']] as const) : []),
  ];
}

const anywhere = { cidr: '0.0.0.0/0' } as const;

/**
 * The specification's four groups and that of the database-init Lambda. One rule a source, from the lowest to the highest port.
 * 8443 and 8080 are open to the NAT addresses alone: the load balancer's name resolves to public addresses, so the gateway's
 * calls arrive from there (AWS-FACTS; https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html, read 2026-11-23).
 */
export function securityGroups(config: Config, refs: Refs, natZones: readonly ZoneIndex[]): AnyResource[] {
  const groups = rolesOf(config);
  const roles = groups.map(([role]) => role);
  const present = ({ group, peer }: Rule) =>
    roles.includes(group) && (typeof peer !== 'string' || roles.includes(peer));
  return [
    resource('aws_default_security_group.main', { vpc_id: attr(refs.vpc, 'id') }),
    ...groups.map(([role, description]) =>
      resource(
        refs.securityGroup(role),
        {
          name: refs.name(255, `${role.replace('_', '-')}-sg`),
          description,
          vpc_id: attr(refs.vpc, 'id'),
          tags: { Name: refs.name(255, `${role.replace('_', '-')}-sg`) },
        },
        // Another description would need another group, and AWS takes no second one of that name.
        { lifecycle: { create_before_destroy: true, ignore_changes: ['description'] } },
      ),
    ),
    ...ingress(config, refs, natZones)
      .filter(present)
      .map((rule) => ingressRule(refs, rule)),
    ...egress(config)
      .filter(present)
      .map((rule) => egressRule(refs, rule)),
  ];
}

function ingress(config: Config, refs: Refs, natZones: readonly ZoneIndex[]): readonly Rule[] {
  const fromNat = natZones.flatMap((zone) =>
    ([8443, 8080] as const).map((port): Rule => {
      const letter = zoneLetter(zone);
      return {
        name: `alb_${String(port)}_nat_${letter}`,
        group: 'alb',
        description: `Gateway through NAT ${letter}, port ${String(port)}`,
        ports: [port, port],
        peer: { cidr: template`${attr(refs.natAddress(zone), 'public_ip')}/32` },
      };
    }),
  );
  const tasks = taskPorts(config);
  return [
    { name: 'alb_https', group: 'alb', description: 'HTTPS', ports: [443, 443], peer: anywhere },
    { name: 'alb_http', group: 'alb', description: 'HTTP, redirected to HTTPS', ports: [80, 80], peer: anywhere },
    ...fromNat,
    { name: 'ecs_alb', group: 'ecs', description: 'Load balancer', ports: tasks, peer: 'alb' },
    { name: 'ecs_ecs', group: 'ecs', description: 'Service to service by Cloud Map', ports: tasks, peer: 'ecs' },
    { name: 'rds_ecs', group: 'rds', description: 'PostgreSQL from tasks', ports: [5432, 5432], peer: 'ecs' },
    {
      name: 'rds_database_init',
      group: 'rds',
      description: 'PostgreSQL from initialisation',
      ports: [5432, 5432],
      peer: 'database_init',
    },
    { name: 'ecs_job_invoker', group: 'ecs', description: 'Scheduled jobs', ports: tasks, peer: 'job_invoker' },
    ...fromAppRunner(config),
    { name: 'nat_vpc', group: 'nat', description: 'Private subnets', ports: 'all', peer: { cidr: '10.0.0.0/16' } },
    { name: 'redis_ecs', group: 'redis', description: 'Redis from tasks', ports: [6379, 6379], peer: 'ecs' },
  ];
}

/** A front end that the internet reaches gets no further than it says: to tasks that it calls, to the database and cache that it uses. */
function fromAppRunner(config: Config): readonly Rule[] {
  const apps = config.services.filter(onAppRunner);
  const called = apps.flatMap(({ calls }) => calls);
  const ports = config.services.filter(inCluster).flatMap(({ name, port }) => (called.includes(name) ? [port] : []));
  const peer = 'app_runner' as const;
  return [
    ...(ports.length === 0
      ? []
      : [
          {
            name: 'ecs_app_runner',
            group: 'ecs' as const,
            description: 'Calls of front ends',
            ports: [Math.min(...ports), Math.max(...ports)] as const,
            peer,
          },
        ]),
    ...(apps.some(({ database }) => database !== undefined)
      ? [
          {
            name: 'rds_app_runner',
            group: 'rds' as const,
            description: 'PostgreSQL from front ends',
            ports: [5432, 5432] as const,
            peer,
          },
        ]
      : []),
    ...(apps.some(({ redis }) => redis)
      ? [
          {
            name: 'redis_app_runner',
            group: 'redis' as const,
            description: 'Redis from front ends',
            ports: [6379, 6379] as const,
            peer,
          },
        ]
      : []),
  ];
}

function egress(config: Config): readonly Rule[] {
  return [
    { name: 'alb_ecs', group: 'alb', description: 'Tasks', ports: taskPorts(config), peer: 'ecs' },
    { name: 'ecs_all', group: 'ecs', description: 'All outbound', ports: 'all', peer: anywhere },
    { name: 'database_init_rds', group: 'database_init', description: 'PostgreSQL', ports: [5432, 5432], peer: 'rds' },
    { name: 'job_invoker_ecs', group: 'job_invoker', description: 'Tasks', ports: taskPorts(config), peer: 'ecs' },
    { name: 'job_invoker_https', group: 'job_invoker', description: 'AWS APIs', ports: [443, 443], peer: anywhere },
    { name: 'app_runner_all', group: 'app_runner', description: 'All outbound', ports: 'all', peer: anywhere },
    { name: 'nat_all', group: 'nat', description: 'All outbound', ports: 'all', peer: anywhere },
    { name: 'database_init_https', group: 'database_init', description: 'AWS APIs', ports: [443, 443], peer: anywhere },
  ];
}

/** Whether the range of task ports holds 3389, that of remote desktops, which scanners look for. */
export function spansRemoteDesktop(config: Config): boolean {
  const [lowest, highest] = taskPorts(config);
  return lowest <= 3389 && 3389 <= highest;
}

/** The lowest and the highest port that any task listens on, the gateway's included. */
function taskPorts(config: Config): readonly [number, number] {
  const services = config.services.filter(inCluster).map((service) => service.port);
  const ports = [...services, gatewayPorts.proxy, gatewayPorts.status];
  return [Math.min(...ports), Math.max(...ports)];
}

const protocol = ({ ports }: Rule) =>
  ports === 'all' ? { ip_protocol: '-1' } : { ip_protocol: 'tcp', from_port: ports[0], to_port: ports[1] };

const peer = (refs: Refs, rule: Rule) =>
  typeof rule.peer === 'string'
    ? { referenced_security_group_id: attr(refs.securityGroup(rule.peer), 'id') }
    : { cidr_ipv4: rule.peer.cidr };

function ingressRule(refs: Refs, rule: Rule) {
  return resource(`aws_vpc_security_group_ingress_rule.${rule.name}`, {
    security_group_id: attr(refs.securityGroup(rule.group), 'id'),
    description: rule.description,
    ...protocol(rule),
    ...peer(refs, rule),
  });
}

function egressRule(refs: Refs, rule: Rule) {
  return resource(`aws_vpc_security_group_egress_rule.${rule.name}`, {
    security_group_id: attr(refs.securityGroup(rule.group), 'id'),
    description: rule.description,
    ...protocol(rule),
    ...peer(refs, rule),
  });
}

import { jsonText, type Expr } from '../../stack/expr.js';
import type { Config, NestService, Tier } from '../../config/config.js';
import type { GatewayContainer } from '../../stack/gateway-task.js';
import { zoneIndexes, type Refs } from '../../stack/refs.js';
import { attr, resource, type AnyAddress, type AnyResource } from '../../stack/stack.js';
import { tiers } from './config.js';
import type { EnvironmentVariable, SecretVariable } from '../../stack/task-environment.js';

/** One service of the cluster, whatever it runs. */
export interface TaskPlan {
  readonly name: string;
  readonly image: Expr<string>;
  readonly tier: Tier;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly scaling: NestService['scaling'];
  readonly architecture: NestService['architecture'];
  readonly spot: boolean;
  readonly exec: Config['exec'];
  /** Container ports; the first takes traffic. */
  readonly ports: readonly [number, ...number[]];
  readonly environment: readonly EnvironmentVariable[];
  readonly secrets: readonly SecretVariable[];
  /** Instead of the image's own command. */
  readonly command?: readonly string[] | undefined;
  /** A container of the same image that must end well before the main one starts. */
  readonly before?: (GatewayContainer & { readonly name: string }) | undefined;
  /** Registered in Cloud Map. */
  readonly discovery: boolean;
  readonly behindLoadBalancer: boolean;
  /** Sleeps when nothing asks for it. */
  readonly sleeps: boolean;
  /** How long a task may take to drain. At most 120 on Fargate. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (read 2026-11-23) */
  readonly stopTimeoutSeconds: number;
  /** The services of the cluster that it calls, by their names in ECS. */
  readonly calls: readonly string[];
  readonly dependsOn: readonly AnyAddress[];
}

/** Task definition and service of one plan. */
export function serviceResources(refs: Refs, plan: TaskPlan): AnyResource[] {
  return [taskDefinition(refs, plan), service(refs, plan)];
}

function taskDefinition(refs: Refs, plan: TaskPlan): AnyResource {
  const { cpu, memoryMiB } = tiers[plan.tier];
  const common = {
    image: plan.image,
    linuxParameters: { initProcessEnabled: true },
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': attr(refs.logGroup(plan.name), 'name'),
        'awslogs-region': refs.region,
        'awslogs-stream-prefix': plan.name,
      },
    },
  };
  const { before } = plan;
  const container = {
    ...common,
    name: plan.name,
    essential: true,
    command: plan.command,
    portMappings: plan.ports.map((containerPort) => ({ containerPort, hostPort: containerPort, protocol: 'tcp' })),
    environment: plan.environment,
    secrets: valuesFrom(plan.secrets),
    stopTimeout: plan.stopTimeoutSeconds,
    ...(before && { dependsOn: [{ containerName: before.name, condition: 'SUCCESS' }] }),
  };
  const first = before && {
    ...common,
    name: before.name,
    essential: false,
    command: before.command,
    environment: before.environment,
    secrets: valuesFrom(before.secrets),
  };
  return resource(`aws_ecs_task_definition.${refs.id(plan.name)}`, {
    family: refs.name(255, plan.name),
    requires_compatibilities: ['FARGATE'],
    network_mode: 'awsvpc',
    cpu: String(cpu),
    memory: String(memoryMiB),
    runtime_platform: [
      { operating_system_family: 'LINUX', cpu_architecture: plan.architecture === 'arm64' ? 'ARM64' : 'X86_64' },
    ],
    execution_role_arn: attr(refs.executionRole(plan.name), 'arn'),
    task_role_arn: attr(refs.taskRole(plan.name), 'arn'),
    container_definitions: jsonText(first === undefined ? [container] : [first, container]),
    // Terraform would deregister the old revision before a migration has run: a service that stays on it could not be restarted.
    skip_destroy: true,
    tags: { Name: refs.name(255, plan.name) },
  });
}

const valuesFrom = (secrets: readonly SecretVariable[]) => secrets.map(({ name, valueFrom }) => ({ name, valueFrom }));

function service(refs: Refs, plan: TaskPlan): AnyResource {
  return resource(
    refs.service(plan.name),
    {
      name: refs.name(255, plan.name),
      cluster: attr(refs.cluster, 'id'),
      task_definition: attr(`aws_ecs_task_definition.${refs.id(plan.name)}`, 'arn'),
      desired_count: Math.max(1, plan.minInstances),
      capacity_provider_strategy: [{ capacity_provider: plan.spot ? 'FARGATE_SPOT' : 'FARGATE', weight: 1 }],
      deployment_circuit_breaker: [{ enable: true, rollback: true }],
      deployment_minimum_healthy_percent: 100,
      deployment_maximum_percent: 200,
      platform_version: 'LATEST',
      enable_execute_command: plan.exec,
      propagate_tags: 'SERVICE',
      network_configuration: [
        {
          subnets: zoneIndexes.map((zone) => attr(refs.subnet('private', zone), 'id')),
          security_groups: [attr(refs.securityGroup('ecs'), 'id')],
          assign_public_ip: false,
        },
      ],
      ...(plan.behindLoadBalancer && {
        health_check_grace_period_seconds: 120,
        load_balancer: [
          {
            target_group_arn: attr(refs.targetGroup(plan.name), 'arn'),
            container_name: plan.name,
            container_port: plan.ports[0],
          },
        ] as const,
      }),
      ...(plan.discovery && {
        service_registries: [{ registry_arn: attr(refs.discoveryService(plan.name), 'arn') }] as const,
      }),
      // The wake-up function reads these.
      tags: {
        Name: refs.name(255, plan.name),
        'landfall:sleeps': String(plan.sleeps),
        'landfall:wake-count': String(Math.max(1, plan.minInstances)),
        ...callTags(plan.calls),
      },
    },
    {
      // Tasks pull images and read secrets at their start, and are checked at once: the ways and the permission must stand before.
      // A migration runs when what the service depends on stands, and nothing more.
      dependsOn: [
        'aws_ecs_cluster_capacity_providers.main',
        `aws_iam_role_policy.execution_${refs.id(plan.name)}`,
        ...(plan.exec ? [`aws_iam_role_policy.exec_${refs.id(plan.name)}` as const] : []),
        ...refs.privateRoutes,
        'aws_vpc_security_group_egress_rule.ecs_all',
        refs.wayInto('ecs', 'ecs'),
        ...(plan.behindLoadBalancer
          ? ([refs.wayInto('ecs', 'alb'), 'aws_vpc_security_group_egress_rule.alb_ecs'] as const)
          : []),
        ...plan.dependsOn,
      ],
      lifecycle: { ignore_changes: ['desired_count'] },
    },
  );
}

/** A tag's value has 256 characters at most; a comma is not among them. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html (not re-read) */
const tagLength = 256;

/** Names with spaces between, in as many tags as they need: `landfall:calls`, `landfall:calls-2`, … */
export function callTags(names: readonly string[]): Readonly<Record<string, string>> {
  const values = names.reduce<readonly string[]>((done, name) => {
    const joined = done.length === 0 ? name : `${String(done.at(-1))} ${name}`;
    return done.length > 0 && joined.length > tagLength ? [...done, name] : [...done.slice(0, -1), joined];
  }, []);
  return Object.fromEntries(
    values.map((value, index) => [index === 0 ? 'landfall:calls' : `landfall:calls-${String(index + 1)}`, value]),
  );
}

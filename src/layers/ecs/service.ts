import { concat, jsonText, template, type Expr } from '../../stack/expr.js';
import type { Config, NestService, Tier } from '../../config/config.js';
import { zoneIndexes, type Refs } from '../../stack/refs.js';
import { attr, resource, type AnyAddress, type AnyResource } from '../../stack/stack.js';
import { tiers } from './config.js';
import type { EnvironmentVariable, SecretVariable } from './environment.js';

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
  /** Registered in Cloud Map. */
  readonly discovery: boolean;
  readonly dependsOn: readonly AnyAddress[];
  readonly healthCheckPath: string;
}

/** Seconds a task may take to drain. At most 120 on Fargate. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (read 2026-11-23) */
const stopTimeoutSeconds = 30;

/** Task definition, service and scaling of one plan. */
export function serviceResources(refs: Refs, plan: TaskPlan): AnyResource[] {
  return [taskDefinition(refs, plan), service(refs, plan), ...scaling(refs, plan)];
}

function taskDefinition(refs: Refs, plan: TaskPlan): AnyResource {
  const { cpu, memoryMiB } = tiers[plan.tier];
  const container = {
    name: plan.name,
    image: plan.image,
    essential: true,
    portMappings: plan.ports.map((containerPort) => ({ containerPort, hostPort: containerPort, protocol: 'tcp' })),
    environment: plan.environment,
    secrets: plan.secrets,
    stopTimeout: stopTimeoutSeconds,
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
    container_definitions: jsonText([container]),
    tags: { Name: refs.name(255, plan.name) },
  });
}

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
      health_check_grace_period_seconds: 60,
      enable_execute_command: plan.exec,
      propagate_tags: 'SERVICE',
      network_configuration: [
        {
          subnets: zoneIndexes.map((zone) => attr(refs.subnet('private', zone), 'id')),
          security_groups: [attr(refs.securityGroup('ecs'), 'id')],
          assign_public_ip: false,
        },
      ],
      load_balancer: [
        {
          target_group_arn: attr(refs.targetGroup(plan.name), 'arn'),
          container_name: plan.name,
          container_port: plan.ports[0],
        },
      ],
      ...(plan.discovery && {
        service_registries: [{ registry_arn: attr(refs.discoveryService(plan.name), 'arn') }] as const,
      }),
      tags: { Name: refs.name(255, plan.name) },
    },
    {
      // Tasks pull images and read secrets at their start: the way out and the permission must stand before.
      dependsOn: [
        'aws_ecs_cluster_capacity_providers.main',
        `aws_iam_role_policy.execution_${refs.id(plan.name)}`,
        ...refs.privateRoutes,
        'aws_vpc_security_group_egress_rule.ecs_all',
        ...plan.dependsOn,
      ],
      lifecycle: { ignore_changes: ['desired_count'] },
    },
  );
}

/** Tracks CPU and requests per target between the configured bounds; neither policy wakes or sleeps a service. */
function scaling(refs: Refs, plan: TaskPlan): AnyResource[] {
  const id = refs.id(plan.name);
  const target = `aws_appautoscaling_target.${id}` as const;
  const policy = (name: string, metric: object, targetValue: number) =>
    resource(`aws_appautoscaling_policy.${id}_${name}`, {
      name: refs.name(255, plan.name, name),
      policy_type: 'TargetTrackingScaling',
      service_namespace: attr(target, 'service_namespace'),
      resource_id: attr(target, 'resource_id'),
      scalable_dimension: attr(target, 'scalable_dimension'),
      target_tracking_scaling_policy_configuration: [
        {
          target_value: targetValue,
          scale_in_cooldown: 300,
          scale_out_cooldown: 60,
          predefined_metric_specification: [metric] as never,
        },
      ],
    });
  return [
    resource(target, {
      service_namespace: 'ecs',
      resource_id: concat('service/', attr(refs.cluster, 'name'), '/', attr(refs.service(plan.name), 'name')),
      scalable_dimension: 'ecs:service:DesiredCount',
      min_capacity: plan.minInstances,
      max_capacity: plan.maxInstances,
    }),
    policy('cpu', { predefined_metric_type: 'ECSServiceAverageCPUUtilization' }, plan.scaling.cpuPercent),
    policy(
      'requests',
      {
        predefined_metric_type: 'ALBRequestCountPerTarget',
        resource_label: template`${attr(refs.loadBalancer, 'arn_suffix')}/${attr(refs.targetGroup(plan.name), 'arn_suffix')}`,
      },
      plan.scaling.requestsPerTarget,
    ),
  ];
}

import type { Config } from '../../config/config.js';
import { gatewayDatabaseContainer, gatewayDrainSeconds, gatewayPorts, gatewayTask } from '../../stack/gateway-task.js';
import { imageReference, imageVariable, manifestImage, repository } from '../../stack/image.js';
import type { SynthPart } from '../../stack/layer.js';
import {
  canSleep,
  gatewayName,
  hasTargetGroup,
  inCluster,
  isNext,
  type Refs,
  type TaskService,
} from '../../stack/refs.js';
import { attr, resource, type AnyAddress } from '../../stack/stack.js';
import { environmentOf, secretsOf } from '../../stack/task-environment.js';
import { idle } from './idle.js';
import { roles } from './roles.js';
import { scaling } from './scaling.js';
import { serviceResources, type TaskPlan } from './service.js';

/** The cluster, and for the gateway and every service in it: repository, roles, log group, task definition, service, scaling. */
export function synth(config: Config, refs: Refs): SynthPart {
  const services = config.services.filter(inCluster);
  const plans = [gatewayPlan(config, refs), ...services.map((service) => servicePlan(config, refs, service))];
  return {
    resources: [
      resource(refs.cluster, {
        name: refs.name(255),
        // Some 25 USD a month for four services: for production.
        setting: [{ name: 'containerInsights', value: config.production ? 'enabled' : 'disabled' }],
        tags: { Name: refs.name(255) },
      }),
      resource('aws_ecs_cluster_capacity_providers.main', {
        cluster_name: attr(refs.cluster, 'name'),
        capacity_providers: ['FARGATE', 'FARGATE_SPOT'],
        default_capacity_provider_strategy: [{ capacity_provider: 'FARGATE', weight: 1 }],
      }),
      ...plans.flatMap((plan) => [
        ...repository(refs, plan.name),
        ...roles(config, refs, plan),
        ...serviceResources(refs, plan),
        ...scaling(refs, plan),
      ]),
      ...idle(config, refs),
    ],
    variables: plans.map(({ name }) => imageVariable(refs, name)),
    manifest: { images: services.map((service) => manifestImage(refs, service)) },
  };
}

function gatewayPlan(config: Config, refs: Refs): TaskPlan {
  const { tier, minInstances, maxInstances } = config.gateway;
  const { gateway, database } = gatewayTask(config, refs);
  return {
    name: gatewayName,
    image: imageReference(refs, gatewayName),
    tier,
    minInstances,
    maxInstances,
    scaling: { cpuPercent: 60, requestsPerTarget: 2000 },
    architecture: 'x86_64',
    spot: false,
    exec: config.exec,
    ports: [gatewayPorts.proxy, gatewayPorts.status],
    environment: gateway.environment,
    secrets: gateway.secrets,
    command: gateway.command,
    before: database && { ...database, name: gatewayDatabaseContainer },
    discovery: false,
    behindLoadBalancer: true,
    sleeps: false,
    calls: [],
    stopTimeoutSeconds: gatewayDrainSeconds(config),
    dependsOn: [
      'aws_lb_listener_rule.origin_verify',
      'aws_service_discovery_instance.alb',
      ...(database === undefined ? [] : [refs.databaseInit, refs.wayInto('rds', 'ecs')]),
      ...(config.services.some(canSleep) ? [refs.secretVersion('kong', 'WAKE_TOKEN')] : []),
      ...(config.redis === undefined
        ? []
        : [
            'aws_service_discovery_instance.redis' as const,
            refs.secretVersion('shared', 'REDIS'),
            refs.wayInto('redis', 'ecs'),
          ]),
    ],
  };
}

function servicePlan(config: Config, refs: Refs, service: TaskService): TaskPlan {
  return {
    name: service.name,
    image: imageReference(refs, service.name),
    tier: service.tier,
    minInstances: service.minInstances,
    maxInstances: service.maxInstances,
    scaling: service.scaling,
    architecture: service.architecture,
    spot: service.spot,
    exec: config.exec,
    ports: [service.port],
    environment: environmentOf(config, refs, service),
    secrets: secretsOf(refs, service),
    discovery: true,
    behindLoadBalancer: hasTargetGroup(service),
    sleeps: canSleep(service),
    calls: config.services
      .filter(inCluster)
      .filter(({ name }) => service.calls.includes(name))
      .map(({ name }) => refs.name(255, name)),
    stopTimeoutSeconds: 30,
    dependsOn: prerequisites(refs, service),
  };
}

/** What must stand before its tasks start: the rule that leads to its target group, its database and cache with the ways to them, the secrets' values. */
function prerequisites(refs: Refs, service: TaskService): AnyAddress[] {
  const rule = isNext(service) ? 'app' : 'internal';
  return [
    ...(hasTargetGroup(service) ? [`aws_lb_listener_rule.${rule}_${refs.id(service.name)}` as const] : []),
    ...(service.database === undefined ? [] : [refs.databaseInit, refs.wayInto('rds', 'ecs')]),
    ...(service.redis ? [refs.secretVersion('shared', 'REDIS'), refs.wayInto('redis', 'ecs')] : []),
    ...(Object.keys(service.jobs).length > 0 ? [refs.secretVersion('shared', 'JOB_TOKEN')] : []),
  ];
}

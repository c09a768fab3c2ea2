import type { Config } from '../../config/config.js';
import { template } from '../../stack/expr.js';
import { gatewayHealthPath, gatewayPorts } from '../../stack/gateway-task.js';
import type { SynthPart } from '../../stack/layer.js';
import type { ManifestImage } from '../../stack/manifest.js';
import { gatewayName, isNest, type Refs } from '../../stack/refs.js';
import { attr, resource, variable, type AnyResource } from '../../stack/stack.js';
import type { NestService } from '../../config/config.js';
import { environmentOf, secretsOf } from './environment.js';
import { serviceResources, type TaskPlan } from './service.js';
import { roles } from './roles.js';

/** The cluster, and for the gateway and every NestJS service: repository, roles, log group, task definition, service, scaling. */
export function synth(config: Config, refs: Refs): SynthPart {
  const services = config.services.filter(isNest);
  const plans = [gatewayPlan(config, refs), ...services.map((service) => servicePlan(config, refs, service))];
  return {
    resources: [
      resource(refs.cluster, {
        name: refs.name(255),
        setting: [{ name: 'containerInsights', value: 'enabled' }],
        tags: { Name: refs.name(255) },
      }),
      resource('aws_ecs_cluster_capacity_providers.main', {
        cluster_name: attr(refs.cluster, 'name'),
        capacity_providers: ['FARGATE', 'FARGATE_SPOT'],
      }),
      ...plans.flatMap((plan) => [
        ...repository(refs, plan.name),
        ...roles(config, refs, plan),
        ...serviceResources(refs, plan),
      ]),
    ],
    variables: plans.map(({ name }) => ({
      name: refs.imageVariable(name),
      description: `Digest of the image of ${name}, such as sha256:…; written by infra:deploy.`,
    })),
    manifest: { images: services.map((service) => imageOf(refs, service)) },
  };
}

function gatewayPlan(config: Config, refs: Refs): TaskPlan {
  const { tier, minInstances, maxInstances } = config.gateway;
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
    environment: [],
    secrets: [],
    discovery: false,
    dependsOn: ['aws_lb_listener_rule.origin_verify', 'aws_service_discovery_instance.alb'],
    healthCheckPath: gatewayHealthPath,
  };
}

function servicePlan(config: Config, refs: Refs, service: NestService): TaskPlan {
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
    dependsOn: [
      `aws_lb_listener_rule.internal_${refs.id(service.name)}`,
      ...(service.database === undefined ? [] : [refs.databaseInit]),
    ],
    healthCheckPath: service.healthCheckPath,
  };
}

const imageReference = (refs: Refs, name: string) =>
  template`${attr(refs.repository(name), 'repository_url')}@${variable(refs.imageVariable(name))}`;

function repository(refs: Refs, name: string): AnyResource[] {
  return [
    resource(refs.repository(name), {
      name: refs.name(256, name),
      image_tag_mutability: 'IMMUTABLE',
      image_scanning_configuration: [{ scan_on_push: true }],
      encryption_configuration: [{ encryption_type: 'AES256' }],
      force_delete: true,
      tags: { Name: refs.name(256, name) },
    }),
    resource(`aws_ecr_lifecycle_policy.${refs.id(name)}`, {
      repository: attr(refs.repository(name), 'name'),
      policy: JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            description: 'Keep the newest 20 images',
            selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 20 },
            action: { type: 'expire' },
          },
        ],
      }),
    }),
  ];
}

function imageOf(refs: Refs, service: NestService): ManifestImage {
  return {
    service: service.name,
    kind: service.type,
    runtime: 'process',
    repository: refs.repository(service.name),
    variable: refs.imageVariable(service.name),
    context: service.path,
    ...(service.build !== undefined && { build: service.build }),
    start: service.start,
    ...(service.migrate !== undefined && { migrate: service.migrate }),
  };
}

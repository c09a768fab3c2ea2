import { z } from 'zod';
import { LandfallError } from '../../../base/errors.js';
import type { Discovery, LocalContext, RunningTask, TargetGroup } from '../../../local/contract/context.js';
import type { ManifestImage } from '../../../stack/manifest.js';
import { planeCluster } from './api/cluster.js';
import type { DeploymentSettings } from './rolling.js';
import { containerOf, sizeOf, type Container, type TaskSize } from './task-definition.js';
import type { TaskSetParts } from './task-set.js';

const oneOrNone = <T extends z.ZodType>(schema: T) => z.array(schema).max(1).default([]);

/** What is read of `aws_ecs_service`. Defaults are the API's. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html (read 2026-11-25) */
export const serviceSchema = z.object({
  name: z.string(),
  /** Its ARN or name. */
  cluster: z.string().default('default'),
  task_definition: z.string(),
  desired_count: z.number().default(0),
  deployment_minimum_healthy_percent: z.number().default(100),
  deployment_maximum_percent: z.number().default(200),
  deployment_circuit_breaker: oneOrNone(z.object({ enable: z.boolean(), rollback: z.boolean() })),
  load_balancer: oneOrNone(z.object({ target_group_arn: z.string(), container_port: z.number() })),
  service_registries: oneOrNone(z.object({ registry_arn: z.string() })),
});

/** Name of a cluster, by its ARN or name. */
export const clusterOf = (cluster: string): string => cluster.slice(cluster.lastIndexOf('/') + 1);

export type ServiceArguments = z.infer<typeof serviceSchema>;

/** What a service's arguments refer to. */
export interface ServiceParts {
  readonly container: Container;
  readonly size: TaskSize;
  readonly image: ManifestImage;
  readonly containerPort: number | undefined;
  readonly group: TargetGroup | undefined;
  readonly names: TaskSetParts['names'];
  readonly deployment: DeploymentSettings;
}

/** @throws LandfallError `TASK_DEFINITION_UNKNOWN` or `IMAGE_UNKNOWN` */
export function partsOf(args: ServiceArguments, ctx: LocalContext): ServiceParts {
  const definition = argumentsOfDefinition(args.task_definition, ctx);
  const container = containerOf(definition['container_definitions']);
  const [balanced] = args.load_balancer;
  const containerPort = balanced?.container_port ?? container.portMappings[0]?.containerPort;
  return {
    container,
    size: sizeOf(definition),
    image: imageOf(container, ctx),
    containerPort,
    group: connected(balanced?.target_group_arn, 'targetGroup', ctx),
    names: namesOf(connected(args.service_registries[0]?.registry_arn, 'discovery', ctx), containerPort),
    deployment: {
      minimumHealthyPercent: args.deployment_minimum_healthy_percent,
      maximumPercent: args.deployment_maximum_percent,
      rollback: args.deployment_circuit_breaker[0]?.rollback ?? true,
    },
  };
}

function connected<K extends 'targetGroup' | 'discovery'>(arn: string | undefined, kind: K, ctx: LocalContext) {
  const address = arn === undefined ? undefined : ctx.addressOf('arn', arn);
  return address === undefined ? undefined : ctx.connect(address, kind);
}

/** Tasks are found by the port that they have on AWS. */
function namesOf(discovery: Discovery | undefined, containerPort: number | undefined): TaskSetParts['names'] {
  if (discovery === undefined || containerPort === undefined) return undefined;
  return {
    register: ({ id, port }: RunningTask) => {
      if (port !== undefined) discovery.register(id, { [containerPort]: port });
    },
    deregister: (id) => discovery.deregister(id),
  };
}

/** Of the Stack's own, or of one that was registered by API. */
function argumentsOfDefinition(arn: string, ctx: LocalContext): Readonly<Record<string, unknown>> {
  const address = ctx.addressOf('arn', arn);
  if (address !== undefined) return ctx.argumentsOf(address) ?? {};
  const registered = planeCluster(ctx)?.registered.get(arn);
  if (registered !== undefined) return registered.args;
  throw new LandfallError({
    code: 'TASK_DEFINITION_UNKNOWN',
    message: `No task definition has the ARN ${arn}.`,
    fix: 'Run infra:deploy again.',
  });
}

/** The manifest's entry whose repository the container's image names. */
export function imageOf(container: Container, ctx: LocalContext): ManifestImage {
  const [url = ''] = container.image.split('@');
  const repository = ctx.addressOf('repository_url', url);
  const image = ctx.manifest.images.find((candidate) => candidate.repository === repository);
  if (image !== undefined) return image;
  throw new LandfallError({
    code: 'IMAGE_UNKNOWN',
    message: `The container ${container.name} uses the image ${container.image}, which this project does not build.`,
    fix: 'Locally, containers run the project’s own services.',
    path: ctx.address,
  });
}

import { inert, type Layer } from '../../stack/layer.js';
import { cluster } from './local/api/cluster.js';
import { ecsApi } from './local/api/operations.js';
import { scalableTarget, scalingPolicy } from './local/scaling/rules.js';
import { ecsService } from './local/service.js';
import { taskDefinition } from './local/task-definition.js';
import { synth } from './synth.js';

/** The ECS cluster, its services, their images' repositories and their scaling. */
export const ecs: Layer<
  | 'aws_appautoscaling_policy'
  | 'aws_appautoscaling_target'
  | 'aws_ecr_lifecycle_policy'
  | 'aws_ecr_repository'
  | 'aws_ecs_cluster'
  | 'aws_ecs_cluster_capacity_providers'
  | 'aws_ecs_service'
  | 'aws_ecs_task_definition'
> = {
  name: 'ecs',
  synth,
  cost: {
    aws_appautoscaling_policy: 'free',
    aws_appautoscaling_target: 'free',
    aws_ecr_lifecycle_policy: 'free',
    aws_ecr_repository: 'unpriced',
    aws_ecs_cluster: 'free',
    aws_ecs_cluster_capacity_providers: 'free',
    aws_ecs_service: 'unpriced',
    aws_ecs_task_definition: 'free',
  },
  audit: [],
  scannerSkips: (config) => [
    ...(config.production
      ? []
      : [{ check: 'CKV_AWS_65', reason: 'Container Insights cost more than the small tasks: for production.' }]),
    {
      check: 'CKV_AWS_336',
      reason: 'Kong and Next.js write beside their code, and Fargate’s writable volumes belong to root.',
    },
  ],
  awsApis: [ecsApi],
  local: {
    aws_appautoscaling_policy: scalingPolicy,
    aws_appautoscaling_target: scalableTarget,
    aws_ecr_lifecycle_policy: inert('There are no images locally: services run from their folders.'),
    aws_ecr_repository: inert('There are no images locally: services run from their folders.', ({ args }, ctx) => ({
      name: args['name'],
      repository_url: `${ctx.accountId}.dkr.ecr.${ctx.region}.amazonaws.com/${String(args['name'])}`,
    })),
    aws_ecs_cluster: cluster,
    aws_ecs_cluster_capacity_providers: inert('Local processes have no capacity provider.'),
    aws_ecs_service: ecsService,
    aws_ecs_task_definition: taskDefinition,
  },
};

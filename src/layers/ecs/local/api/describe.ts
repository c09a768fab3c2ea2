import type { LocalContext } from '../../../../local/contract/context.js';
import type { LiveService } from '../live-service.js';
import type { Cluster } from './cluster.js';
import type { DeploymentRecord } from './history.js';
import type { TaskRecord } from './task-ledger.js';

const date = (milliseconds: number | undefined): Date | undefined =>
  milliseconds === undefined ? undefined : new Date(milliseconds);

/** ECS's tag shape of Terraform's. */
export const tagsOf = (args: Readonly<Record<string, unknown>> | undefined): readonly object[] =>
  Object.entries((args?.['tags_all'] ?? args?.['tags'] ?? {}) as Readonly<Record<string, string>>).map(
    ([key, value]) => ({ key, value }),
  );

export const serviceArn = ({ name }: Cluster, service: string, ctx: LocalContext): string =>
  `arn:aws:ecs:${ctx.region}:${ctx.accountId}:service/${name}/${service}`;

/** As `DescribeServices` answers it. */
export function describeService(
  name: string,
  service: LiveService,
  args: Readonly<Record<string, unknown>> | undefined,
  cluster: Cluster,
  ctx: LocalContext,
  withTags: boolean,
): object {
  const { history, desiredCount } = service;
  const { running, pending } = service.counts();
  return {
    serviceArn: serviceArn(cluster, name, ctx),
    serviceName: name,
    clusterArn: cluster.arn,
    status: 'ACTIVE',
    desiredCount,
    runningCount: running,
    pendingCount: pending,
    launchType: 'FARGATE',
    schedulingStrategy: 'REPLICA',
    taskDefinition: history.primary?.taskDefinition,
    deploymentConfiguration: {
      minimumHealthyPercent: args?.['deployment_minimum_healthy_percent'] ?? 100,
      maximumPercent: args?.['deployment_maximum_percent'] ?? 200,
      deploymentCircuitBreaker: (args?.['deployment_circuit_breaker'] as readonly unknown[] | undefined)?.[0],
    },
    loadBalancers: balancersOf(args),
    deployments: history.deployments.map((deployment) => describeDeployment(deployment, service)),
    events: history.events,
    createdAt: history.createdAt,
    ...(withTags && { tags: tagsOf(args) }),
  };
}

const balancersOf = (args: Readonly<Record<string, unknown>> | undefined): readonly object[] =>
  ((args?.['load_balancer'] ?? []) as readonly Readonly<Record<string, unknown>>[]).map((each) => ({
    targetGroupArn: each['target_group_arn'],
    containerName: each['container_name'],
    containerPort: each['container_port'],
  }));

/** Counts are those of its own tasks: of the primary the next version's while it rolls. */
function describeDeployment(deployment: DeploymentRecord, service: LiveService): object {
  const { running, pending } = service.counts(deployment.status === 'PRIMARY' ? 'newest' : 'before');
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.taskDefinition,
    desiredCount: deployment.status === 'PRIMARY' ? service.desiredCount : 0,
    runningCount: running,
    pendingCount: pending,
    failedTasks: deployment.failedTasks,
    launchType: 'FARGATE',
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
    createdAt: deployment.createdAt,
    updatedAt: deployment.updatedAt,
  };
}

export const taskArn = ({ name }: Cluster, id: string, ctx: LocalContext): string =>
  `arn:aws:ecs:${ctx.region}:${ctx.accountId}:task/${name}/${id}`;

/** As `DescribeTasks` answers it. */
export function describeTask(task: TaskRecord, cluster: Cluster, ctx: LocalContext): object {
  const arn = taskArn(cluster, task.id, ctx);
  return {
    taskArn: arn,
    clusterArn: cluster.arn,
    taskDefinitionArn: task.taskDefinition,
    group: task.group,
    startedBy: task.startedBy,
    launchType: 'FARGATE',
    desiredStatus: task.desiredStatus,
    lastStatus: task.lastStatus,
    healthStatus: 'UNKNOWN',
    createdAt: date(task.createdAt),
    startedAt: date(task.startedAt),
    stoppingAt: date(task.stoppingAt),
    stoppedAt: date(task.stoppedAt),
    executionStoppedAt: date(task.stoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containers: [
      {
        containerArn: `${arn.replace(':task/', ':container/')}/${task.container}`,
        taskArn: arn,
        name: task.container,
        image: task.image,
        lastStatus: task.lastStatus === 'PROVISIONING' ? 'PENDING' : task.lastStatus,
        exitCode: task.exitCode,
        reason: task.containerReason,
        healthStatus: 'UNKNOWN',
      },
    ],
  };
}

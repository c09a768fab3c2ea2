import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { LandfallError } from '../../../base/errors.js';
import type { LocalContext, RunningTask, TargetGroup } from '../../../local/contract/context.js';
import type { ManifestImage } from '../../../stack/manifest.js';
import type { LocalBehaviour } from '../../../stack/layer.js';
import { containerOf, type Container } from './task-definition.js';
import { migrate } from './migrate.js';
import { taskEnvironment } from './task-environment.js';
import { TaskSet } from './task-set.js';

const argsSchema = z.object({
  name: z.string(),
  task_definition: z.string(),
  desired_count: z.number(),
  load_balancer: z.array(z.object({ target_group_arn: z.string(), container_port: z.number() })).default([]),
});

/** Seconds that a new task has to become healthy before the deployment fails and the old tasks stay. */
const healthyWithinSeconds = 60;

/** A service: its tasks run as local processes (the gateway in the plane itself), each with its own port and target registration. */
export const ecsService: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'CPU and memory limits, Spot, availability zones, and scaling.',

  async apply(resolved, ctx) {
    const args = argsSchema.parse(resolved.args);
    const container = containerOf(
      ctx.argumentsOf(required(ctx.addressOf('arn', args.task_definition), args.task_definition))?.[
        'container_definitions'
      ],
    );
    const image = imageOf(container, ctx);
    const migrated = await migrateOnce(image, container, ctx);
    const count = Number(ctx.prior?.['desired_count'] ?? args.desired_count);
    const group = targetGroupOf(args.load_balancer[0]?.target_group_arn, ctx);
    const start = () => startTask(image, container, args.load_balancer[0]?.container_port, ctx);
    const set = new TaskSet({
      service: image.service,
      address: ctx.address,
      clock: ctx.clock,
      emit: ctx.emit,
      start,
      group,
      signal: ctx.signal,
    });
    await set.rollTo(count, healthyWithinSeconds);
    const before = taskSets.get(ctx.processes)?.get(ctx.address);
    remember(ctx, set);
    ctx.provide('service', { desiredCount: count, tasks: () => set.tasks() });
    await before?.stop();
    return {
      id: `arn:aws:ecs:${ctx.region}:${ctx.accountId}:service/${args.name}`,
      name: args.name,
      desired_count: count,
      ...(migrated !== undefined && { migrated }),
    };
  },

  stop: (_resolved, ctx) => stopTasks(ctx),
  destroy: (_resolved, ctx) => stopTasks(ctx),
};

/** Task sets that run, by plane (each has one `processes`) and service. */
const taskSets = new WeakMap<LocalContext['processes'], Map<string, TaskSet>>();

function remember(ctx: LocalContext, set: TaskSet): void {
  const sets = taskSets.get(ctx.processes) ?? new Map<string, TaskSet>();
  taskSets.set(ctx.processes, sets.set(ctx.address, set));
}

async function stopTasks(ctx: LocalContext): Promise<void> {
  const sets = taskSets.get(ctx.processes);
  const set = sets?.get(ctx.address);
  sets?.delete(ctx.address);
  await set?.stop();
}

function required(address: string | undefined, arn: string): string {
  if (address !== undefined) return address;
  throw new LandfallError({
    code: 'TASK_DEFINITION_UNKNOWN',
    message: `No task definition has the ARN ${arn}.`,
    fix: 'Run infra:deploy again.',
  });
}

/** The manifest's entry whose repository the container's image names. */
function imageOf(container: Container, ctx: LocalContext): ManifestImage {
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

function targetGroupOf(arn: string | undefined, ctx: LocalContext): TargetGroup | undefined {
  const address = arn === undefined ? undefined : ctx.addressOf('arn', arn);
  return address === undefined ? undefined : ctx.connect(address, 'targetGroup');
}

async function startTask(
  image: ManifestImage,
  container: Container,
  containerPort: number | undefined,
  ctx: LocalContext,
): Promise<RunningTask> {
  return ctx.runtime(image.runtime).start(
    {
      id: `${image.service}-${randomBytes(3).toString('hex')}`,
      service: image.service,
      env: await taskEnvironment(container, ctx),
      containerPort,
      stopSignal: 'SIGTERM',
      stopTimeoutSeconds: container.stopTimeout,
    },
    ctx,
  );
}

/** Migrates when the image is not the one migrated last; answers what is migrated now. */
async function migrateOnce(image: ManifestImage, container: Container, ctx: LocalContext): Promise<string | undefined> {
  if (image.migrate === undefined) return undefined;
  if (ctx.prior?.['migrated'] !== container.image)
    await migrate(image, image.migrate, await taskEnvironment(container, ctx), ctx);
  return container.image;
}

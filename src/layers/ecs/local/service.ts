import { randomBytes } from 'node:crypto';
import type { LocalContext, RunningTask } from '../../../local/contract/context.js';
import type { MetricId } from '../../../local/contract/metrics.js';
import type { LocalBehaviour } from '../../../stack/layer.js';
import { withHeapLimit } from './heap-limit.js';
import { LiveService } from './live-service.js';
import { migrate } from './migrate.js';
import { cpuSecondsByGroup } from './scaling/cpu-time.js';
import { CpuMeter } from './scaling/metrics.js';
import { cpuMetric } from './scaling/series.js';
import { clusterOf, partsOf, serviceSchema, type ServiceParts } from './service-arguments.js';
import { taskEnvironment } from './task-environment.js';
import { TaskSet } from './task-set.js';

/** A service: its tasks run as local processes (the gateway in the plane itself), each with its own port and target registration. */
export const ecsService: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'CPU limits, Spot and availability zones. Memory limits the JavaScript heap alone. A deployment fails at the first task that runs but is not healthy within 60 s, and without a circuit breaker it fails as with one.',

  async apply(resolved, ctx) {
    const args = serviceSchema.parse(resolved.args);
    const parts = partsOf(args, ctx);
    const migrated = await migrateOnce(parts, ctx);
    const known = liveService(ctx);
    const live = known ?? new LiveService();
    // Whoever scales the service has the last word, as `ignore_changes` says.
    const desiredCount = known?.running
      ? known.desiredCount
      : Number(ctx.prior?.['desired_count'] ?? args.desired_count);
    if (known === undefined) ctx.provide('service', live);
    await live.deploy(newTasks(parts, ctx), {
      ...parts.deployment,
      service: parts.image.service,
      desiredCount,
      clock: ctx.clock,
      signal: ctx.signal,
    });
    live.measured = { cpuUnits: parts.size.cpuUnits };
    live.reporting ??= reportCpu(live, cpuMetric(clusterOf(args.cluster), args.name), ctx);
    return {
      id: `arn:aws:ecs:${ctx.region}:${ctx.accountId}:service/${args.name}`,
      name: args.name,
      desired_count: desiredCount,
      ...(migrated !== undefined && { migrated }),
    };
  },

  stop: (_resolved, ctx) => Promise.resolve(liveService(ctx)?.stop()),
  destroy: (_resolved, ctx) => Promise.resolve(liveService(ctx)?.stop()),
};

/** The service that runs at this address, or at the context's own. */
export function liveService(ctx: LocalContext, address = ctx.address): LiveService | undefined {
  if (!ctx.providers('service').includes(address)) return undefined;
  const service = ctx.connect(address, 'service');
  return service instanceof LiveService ? service : undefined;
}

const periodSeconds = 60;

/** CloudWatch gets one datapoint a minute while tasks run. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html (read 2026-11-25) */
function reportCpu(live: LiveService, id: MetricId, ctx: LocalContext): () => void {
  const meter = new CpuMeter(live, cpuSecondsByGroup);
  return ctx.metrics.collect(() => {
    const percent = meter.read(periodSeconds);
    return percent === undefined ? [] : [{ ...id, unit: 'Percent', values: [percent] }];
  });
}

function newTasks(parts: ServiceParts, ctx: LocalContext): TaskSet {
  return new TaskSet({
    service: parts.image.service,
    address: ctx.address,
    clock: ctx.clock,
    emit: ctx.emit,
    start: () => startTask(parts, ctx),
    group: parts.group,
    names: parts.names,
    maximumPercent: parts.deployment.maximumPercent,
  });
}

async function startTask(
  { image, container, containerPort, size }: ServiceParts,
  ctx: LocalContext,
): Promise<RunningTask> {
  const env = await taskEnvironment(container, ctx);
  return ctx.runtime(image.runtime).start(
    {
      id: `${image.service}-${randomBytes(3).toString('hex')}`,
      service: image.service,
      env: image.runtime === 'process' ? withHeapLimit(env, size.memoryMiB) : env,
      containerPort,
      stopSignal: 'SIGTERM',
      stopTimeoutSeconds: container.stopTimeout,
    },
    ctx,
  );
}

/** Migrates when the image is not the one migrated last; answers what is migrated now. */
async function migrateOnce({ image, container }: ServiceParts, ctx: LocalContext): Promise<string | undefined> {
  if (image.migrate === undefined) return undefined;
  if (ctx.prior?.['migrated'] !== container.image)
    await migrate(image, image.migrate, await taskEnvironment(container, ctx), ctx);
  return container.image;
}

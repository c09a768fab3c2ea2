import { messageOf } from '../../../base/errors.js';
import type { LocalContext } from '../../../local/contract/context.js';
import type { MetricId } from '../../../local/contract/metrics.js';
import type { LocalBehaviour } from '../../../stack/layer.js';
import { planeCluster } from './api/cluster.js';
import { TaskLedger } from './api/task-ledger.js';
import { LiveService } from './live-service.js';
import { migrate } from './migrate.js';
import { cpuSecondsByGroup } from './scaling/cpu-time.js';
import { CpuMeter } from './scaling/metrics.js';
import { cpuMetric } from './scaling/series.js';
import { startRecorded } from './start-task.js';
import { clusterOf, partsOf, serviceSchema, type ServiceArguments, type ServiceParts } from './service-arguments.js';
import { taskEnvironment } from './task-environment.js';
import { TaskSet } from './task-set.js';

/** A service: its tasks run as local processes (the gateway in the plane itself), each with its own port and target registration. */
export const ecsService: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'CPU limits, Spot and availability zones. Tasks start at once, unless `--task-start` says otherwise for those that wake or scale. Memory limits the JavaScript heap alone. A deployment fails at the first task that runs but is not healthy within 60 s, and without a circuit breaker it fails as with one.',

  async apply(resolved, ctx) {
    const args = serviceSchema.parse(resolved.args);
    const parts = partsOf(args, ctx);
    const migrated = await migrateOnce(parts, ctx);
    const known = liveService(ctx);
    const live = known ?? newService(args.name, ctx);
    // Whoever scales the service has the last word, as `ignore_changes` says.
    const desiredCount = known?.running
      ? known.desiredCount
      : Number(ctx.prior?.['desired_count'] ?? args.desired_count);
    if (known === undefined) ctx.provide('service', live);
    live.redeploy = (definition) => redeployAs(live, definition ?? args.task_definition, args, ctx);
    await deployVersion(live, parts, args, { desiredCount, later: false, signal: ctx.signal }, ctx);
    live.measured = { cpuUnits: parts.size.cpuUnits };
    live.reporting ??= reportCpu(live, cpuMetric(clusterOf(args.cluster), args.name), ctx);
    return {
      id: `arn:aws:ecs:${ctx.region}:${ctx.accountId}:service/${clusterOf(args.cluster)}/${args.name}`,
      name: args.name,
      desired_count: live.desiredCount,
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

function newService(name: string, ctx: LocalContext): LiveService {
  return new LiveService({
    name,
    now: () => new Date(ctx.clock.now()),
    onDesired: (count) => ctx.amend({ desired_count: count }),
  });
}

interface Version {
  readonly desiredCount: number;
  /** Its tasks wait as long as `--task-start` says. */
  readonly later: boolean;
  readonly signal: AbortSignal;
}

function deployVersion(
  live: LiveService,
  parts: ServiceParts,
  args: Pick<ServiceArguments, 'name' | 'task_definition'>,
  { desiredCount, later, signal }: Version,
  ctx: LocalContext,
): Promise<void> {
  const tasks = newTasks(parts, args, later, ctx);
  const rolling = { ...parts.deployment, service: parts.image.service, desiredCount, clock: ctx.clock, signal };
  return live.deploy(tasks, rolling, args.task_definition);
}

/** As `UpdateService` deploys: in its own time, with nobody who waits. */
async function redeployAs(
  live: LiveService,
  definition: string,
  args: ServiceArguments,
  ctx: LocalContext,
): Promise<void> {
  const wanted = { ...args, task_definition: definition };
  const parts = partsOf(wanted, ctx);
  const version = { desiredCount: live.desiredCount, later: true, signal: new AbortController().signal };
  await deployVersion(live, parts, wanted, version, ctx).catch((error: unknown) =>
    ctx.emit({ type: 'log', source: parts.image.service, line: messageOf(error) }),
  );
}

function newTasks(
  parts: ServiceParts,
  { name, task_definition }: Pick<ServiceArguments, 'name' | 'task_definition'>,
  always: boolean,
  ctx: LocalContext,
): TaskSet {
  const { image, container, containerPort, size } = parts;
  const tasks = planeCluster(ctx)?.tasks ?? new TaskLedger(() => ctx.clock.now());
  const task = {
    tasks,
    group: `service:${name}`,
    taskDefinition: task_definition,
    image,
    container,
    containerPort,
    size,
  };
  return new TaskSet({
    service: image.service,
    address: ctx.address,
    clock: ctx.clock,
    emit: ctx.emit,
    start: (later, signal) => startRecorded({ ...task, later: later || always, signal }, ctx).started,
    group: parts.group,
    names: parts.names,
    maximumPercent: parts.deployment.maximumPercent,
  });
}

/** Migrates when the image is not the one migrated last; answers what is migrated now. */
async function migrateOnce({ image, container }: ServiceParts, ctx: LocalContext): Promise<string | undefined> {
  if (image.migrate === undefined) return undefined;
  if (ctx.prior?.['migrated'] !== container.image)
    await migrate(image, image.migrate, await taskEnvironment(container, ctx), ctx);
  return container.image;
}

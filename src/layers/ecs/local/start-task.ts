import { randomBytes } from 'node:crypto';
import { messageOf } from '../../../base/errors.js';
import type { LocalContext, RunningTask } from '../../../local/contract/context.js';
import type { ManifestImage } from '../../../stack/manifest.js';
import type { TaskLedger, TaskRecord } from './api/task-ledger.js';
import { withHeapLimit } from './heap-limit.js';
import type { Container, TaskSize } from './task-definition.js';
import { taskEnvironment } from './task-environment.js';

/** A task to start. */
export interface TaskPlan {
  readonly tasks: TaskLedger;
  readonly group: string;
  readonly startedBy?: string | undefined;
  /** ARN. */
  readonly taskDefinition: string;
  readonly image: ManifestImage;
  readonly container: Container;
  readonly containerPort: number | undefined;
  readonly size: TaskSize;
  /** Instead of the image's own. */
  readonly command?: readonly string[] | undefined;
  /** Not by infra:deploy: it waits as long as `--task-start` says. */
  readonly later: boolean;
  /** Ends that wait. */
  readonly signal?: AbortSignal | undefined;
}

/** Starts a task and enters it in the ledger, where it stands at once. */
export function startRecorded(
  plan: TaskPlan,
  ctx: LocalContext,
): { readonly record: TaskRecord; readonly started: Promise<RunningTask> } {
  const { tasks, image, container, group, startedBy, taskDefinition } = plan;
  const id = `${image.service}-${randomBytes(3).toString('hex')}`;
  const named = { id, group, startedBy, taskDefinition, container: container.name, image: container.image };
  const record = tasks.begin(named);
  const started = start(record, plan, ctx).then(
    (task) => tasks.runs(record, task),
    (error: unknown) => {
      tasks.failed(record, messageOf(error));
      throw error;
    },
  );
  return { record, started };
}

async function start(record: TaskRecord, plan: TaskPlan, ctx: LocalContext): Promise<RunningTask> {
  const { image, container, containerPort, size, command, later, signal } = plan;
  if (later && ctx.taskStartMs() > 0) await ctx.clock.sleep(ctx.taskStartMs(), signal);
  if (record.desiredStatus === 'STOPPED') throw new Error('It was stopped before it ran.');
  const env = await taskEnvironment(container, ctx);
  return ctx.runtime(image.runtime).start(
    {
      id: record.id,
      service: image.service,
      env: image.runtime === 'process' ? withHeapLimit(env, size.memoryMiB) : env,
      containerPort,
      stopSignal: 'SIGTERM',
      stopTimeoutSeconds: container.stopTimeout,
      ...(command && { command }),
    },
    ctx,
  );
}

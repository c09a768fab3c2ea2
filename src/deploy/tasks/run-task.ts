import { DescribeTasksCommand, ECSClient, RunTaskCommand, StopTaskCommand, type Task } from '@aws-sdk/client-ecs';
import { LandfallError, messageOf } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { Waiting } from '../../base/waiting.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { logReader, type LogPlace, type LogReader } from './log-stream.js';

/** A task that runs once, to its end. */
export interface OneOffTask {
  readonly cluster: string;
  /** ARN, or a family for its newest revision. */
  readonly taskDefinition: string;
  /** The container whose exit code counts. */
  readonly container: string;
  /** Instead of the container's own. */
  readonly command: readonly string[];
  readonly network: { readonly subnets: readonly string[]; readonly securityGroups: readonly string[] };
  /** Where its lines go: `awslogs-group` and `awslogs-stream-prefix` of the container; none: nothing is read. */
  readonly logs: { readonly group: string; readonly prefix: string } | undefined;
  /** The source of its log lines, such as `offers-service migrate`. */
  readonly label: string;
}

export interface RunOptions {
  readonly session: AwsSession;
  readonly emit: Emit;
  readonly waiting: Waiting;
  /** Stops the task. */
  readonly signal: AbortSignal;
}

/** How it ended. Its last lines are at most 20. */
export interface EndedTask {
  readonly arn: string;
  readonly exitCode: number;
  readonly lastLines: readonly string[];
}

/** Tells the tasks of Landfall from others. */
export const startedBy = 'landfall';

const pollMilliseconds = 2000;
/** A task that has just stopped may have no exit code, and not all its lines, for some seconds. */
const settleMilliseconds = 20_000;
const limitMilliseconds = 60 * 60_000;

/**
 * Runs a task, passes its lines on as events, and waits for its end. An interrupt stops it.
 * @returns its exit code, whatever it is
 * @throws LandfallError `TASK_NOT_STARTED` when ECS gives it no place, or its container never ran; `TASK_SLOW` after an hour
 */
export async function runTask(task: OneOffTask, options: RunOptions): Promise<EndedTask> {
  const arn = await start(task, options);
  const lines = linesOf(task, arn, options);
  try {
    const stopped = await untilStopped(task, arn, lines, options);
    return { arn, exitCode: exitCodeOf(stopped, task), lastLines: lines.last() };
  } catch (error) {
    await stop(task, arn, options);
    throw error;
  }
}

async function start({ cluster, taskDefinition, container, command, network }: OneOffTask, { session }: RunOptions) {
  try {
    const { tasks = [], failures = [] } = await session.client(ECSClient).send(
      new RunTaskCommand({
        cluster,
        taskDefinition,
        launchType: 'FARGATE',
        startedBy,
        overrides: { containerOverrides: [{ name: container, command: [...command] }] },
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: [...network.subnets],
            securityGroups: [...network.securityGroups],
            assignPublicIp: 'DISABLED',
          },
        },
      }),
    );
    const arn = tasks[0]?.taskArn;
    if (arn !== undefined) return arn;
    throw notStarted(taskDefinition, failures.map(({ reason, detail }) => detail ?? reason ?? '').join('; '));
  } catch (error) {
    throw awsProblem(error, `run a task of ${taskDefinition}`);
  }
}

interface Lines {
  read(): Promise<void>;
  last(): readonly string[];
}

/** Its lines as events. What cannot be read is told once, and fails nothing. */
function linesOf({ logs, container, label }: OneOffTask, arn: string, { session, emit }: RunOptions): Lines {
  const kept: string[] = [];
  const place: LogPlace | undefined = logs && {
    group: logs.group,
    stream: `${logs.prefix}/${container}/${arn.split('/').at(-1) ?? ''}`,
  };
  let reader: LogReader | undefined = place && logReader(session, place);
  return {
    last: () => kept,
    read: async () => {
      try {
        for (const line of (await reader?.next()) ?? []) {
          emit({ type: 'log', source: label, line });
          kept.push(line);
          if (kept.length > 20) kept.shift();
        }
      } catch (error) {
        reader = undefined;
        emit({ type: 'log', source: label, line: `(its log cannot be read: ${messageOf(error)})` });
      }
    },
  };
}

async function untilStopped(
  task: OneOffTask,
  arn: string,
  lines: Lines,
  { session, waiting }: RunOptions,
): Promise<Task> {
  const client = session.client(ECSClient);
  const started = waiting.now();
  let stoppedAt: number | undefined;
  for (;;) {
    await waiting.sleep(pollMilliseconds);
    const { tasks = [] } = await client
      .send(new DescribeTasksCommand({ cluster: task.cluster, tasks: [arn] }))
      .catch((error: unknown) => {
        throw awsProblem(error, `look at the task ${arn}`);
      });
    const [state] = tasks;
    await lines.read();
    if (state?.lastStatus === 'STOPPED') {
      stoppedAt ??= waiting.now();
      const waited = waiting.now() - stoppedAt;
      const complete = containerOf(state, task)?.exitCode !== undefined && (lines.last().length > 0 || waited > 4000);
      if (complete || waited > settleMilliseconds) {
        await lines.read();
        return state;
      }
    } else if (waiting.now() - started > limitMilliseconds) throw slow(task);
  }
}

const containerOf = (state: Task, { container }: OneOffTask) =>
  state.containers?.find(({ name }) => name === container);

function exitCodeOf(state: Task, task: OneOffTask): number {
  const own = containerOf(state, task);
  if (own?.exitCode !== undefined) return own.exitCode;
  throw notStarted(task.taskDefinition, own?.reason ?? state.stoppedReason ?? 'it has no exit code');
}

async function stop({ cluster }: OneOffTask, arn: string, { session }: RunOptions): Promise<void> {
  // The reason it is stopped for is the one to tell: that it could not be stopped, as when the network is gone, adds nothing.
  await session
    .client(ECSClient)
    .send(new StopTaskCommand({ cluster, task: arn, reason: 'Stopped by landfall' }))
    .catch(() => undefined);
}

const notStarted = (definition: string, why: string): LandfallError =>
  new LandfallError({
    code: 'TASK_NOT_STARTED',
    message: `A task of ${definition} did not run: ${why}.`,
    fix: 'A missing image or secret, no way to the internet and a lack of Fargate capacity are the usual reasons. Mend it, and run the command again.',
  });

const slow = ({ label }: OneOffTask): LandfallError =>
  new LandfallError({
    code: 'TASK_SLOW',
    message: `${label} still ran after an hour, and was stopped.`,
    fix: 'See its log. Split the work, or run it in steps.',
  });

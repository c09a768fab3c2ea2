import { DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { LandfallError } from '../../base/errors.js';
import { awsProblem } from '../aws/problems.js';
import { startedBy, type OneOffTask, type RunOptions } from './run-task.js';

const pollMilliseconds = 2000;
const limitMilliseconds = 60 * 60_000;

/**
 * Waits for the end of such a task that an interrupted command left running: two migrations at once may harm each other.
 * @throws LandfallError `TASK_SLOW` after an hour
 */
export async function waitForEarlier(task: OneOffTask, options: RunOptions): Promise<void> {
  const { emit, waiting } = options;
  const step = { type: 'step', id: `earlier ${task.label}`, label: `An earlier ${task.label} ends` } as const;
  const started = waiting.now();
  let waited = false;
  while (await runs(task, options)) {
    if (!waited) emit({ ...step, status: 'started' });
    waited = true;
    if (waiting.now() - started > limitMilliseconds) throw slow(task);
    await waiting.sleep(pollMilliseconds);
  }
  if (waited) emit({ ...step, status: 'done', milliseconds: waiting.now() - started });
}

async function runs({ cluster, taskDefinition, command }: OneOffTask, { session }: RunOptions): Promise<boolean> {
  const client = session.client(ECSClient);
  try {
    // No other filter may stand beside this one: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html (not re-read)
    const { taskArns = [] } = await client.send(new ListTasksCommand({ cluster, startedBy }));
    if (taskArns.length === 0) return false;
    const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
    return tasks.some(
      ({ lastStatus, taskDefinitionArn = '', overrides }) =>
        lastStatus !== 'STOPPED' &&
        familyOf(taskDefinitionArn) === familyOf(taskDefinition) &&
        overrides?.containerOverrides?.some((one) => one.command?.join('\0') === command.join('\0')) === true,
    );
  } catch (error) {
    throw awsProblem(error, 'look for tasks that an earlier command left');
  }
}

/** `arn:…:task-definition/shop-dev-api:7` → `shop-dev-api`. */
const familyOf = (definition: string): string => (definition.split('/').at(-1) ?? '').split(':')[0] ?? '';

const slow = ({ label }: OneOffTask): LandfallError =>
  new LandfallError({
    code: 'TASK_SLOW',
    message: `${label}, started by a command that was interrupted, still ran after an hour.`,
    fix: 'See its log. Stop the task in the console of ECS when it hangs, then run the command again.',
  });

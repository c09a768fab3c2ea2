import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type Container,
  type Task,
} from '@aws-sdk/client-ecs';
import { messageOf } from '../../base/errors.js';
import type { AwsSession } from '../aws/session.js';

const lineCount = 15;

/**
 * Why the newest stopped task of this version stopped, and the last lines that it wrote; empty when there is none. What cannot be read is
 * said in its place: the failure it explains must not be hidden by another.
 */
export async function whyTasksStopped(
  session: AwsSession,
  cluster: string,
  { name, taskDefinition }: { readonly name: string; readonly taskDefinition: string },
): Promise<string> {
  try {
    const task = await newestStopped(session, cluster, name, taskDefinition);
    if (task === undefined) return '';
    const guilty = (task.containers ?? []).find(
      ({ exitCode, reason }) => (exitCode ?? 0) !== 0 || reason !== undefined,
    );
    const lines = guilty === undefined ? [] : await lastLines(session, task, guilty);
    return [` ${reasonOf(task, guilty)}`, ...lines.map((line) => `| ${line}`)].join('\n');
  } catch (error) {
    return ` (Why its tasks stopped cannot be read: ${messageOf(error)})`;
  }
}

async function newestStopped(
  session: AwsSession,
  cluster: string,
  serviceName: string,
  taskDefinition: string,
): Promise<Task | undefined> {
  const client = session.client(ECSClient);
  const { taskArns = [] } = await client.send(
    new ListTasksCommand({ cluster, serviceName, desiredStatus: 'STOPPED', maxResults: 100 }),
  );
  if (taskArns.length === 0) return undefined;
  const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  const own = tasks
    .filter((task) => task.taskDefinitionArn === taskDefinition)
    .toSorted((a, b) => Number(b.stoppedAt ?? 0) - Number(a.stoppedAt ?? 0));
  // The rollback itself stops what still ran: that explains nothing.
  return own.find(({ stoppedReason = '' }) => !/^Scaling activity initiated/.test(stoppedReason)) ?? own[0];
}

function reasonOf({ stoppedReason = 'A task stopped' }: Task, container: Container | undefined): string {
  const { name = '', exitCode, reason } = container ?? {};
  const code = exitCode === undefined ? '' : `${name} ended with exit code ${String(exitCode)}.`;
  return [`${stoppedReason}.`, code, reason ?? ''].filter((part) => part !== '').join(' ');
}

/** The stream is `prefix/container/task`. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html (not re-read) */
async function lastLines(session: AwsSession, task: Task, { name = '' }: Container): Promise<readonly string[]> {
  const { taskDefinition } = await session
    .client(ECSClient)
    .send(new DescribeTaskDefinitionCommand({ taskDefinition: task.taskDefinitionArn }));
  const own = taskDefinition?.containerDefinitions?.find((one) => one.name === name);
  const { 'awslogs-group': logGroupName, 'awslogs-stream-prefix': prefix } = own?.logConfiguration?.options ?? {};
  if (logGroupName === undefined || prefix === undefined) return [];
  const logStreamName = `${prefix}/${name}/${task.taskArn?.split('/').at(-1) ?? ''}`;
  const { events = [] } = await session
    .client(CloudWatchLogsClient)
    .send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: lineCount }));
  return events.map(({ message = '' }) => message.trimEnd());
}

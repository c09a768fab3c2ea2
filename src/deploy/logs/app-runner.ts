import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  paginateDescribeLogGroups,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { messageOf } from '../../base/errors.js';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem, isAwsError } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { appRunnerServices } from '../services/app-runner.js';
import { runningNames } from '../services/names.js';
import { readLogs, type LogSource } from './read.js';

/**
 * App Runner makes two log groups of a service by itself: what it does with the service, and what the service writes. No resource of the
 * Stack names them, as their names hold the id that AWS gives the service.
 * @see https://docs.aws.amazon.com/apprunner/latest/dg/monitor-cwl.html (read 2026-11-29)
 */
const groupsOf = (folder: string) => ['service', 'application'].map((kind) => `${folder}/${kind}`);

/** @param arn ends in `service/<name>/<id>`. @see https://docs.aws.amazon.com/cli/latest/reference/apprunner/delete-service.html (read 2026-11-29) */
const folderOf = (arn: string): string => `/aws/apprunner/${arn.split(':service/').at(-1) ?? ''}`;

/** The log groups of the App Runner services that exist, under the names of their services. @throws what `awsProblem` makes */
export async function appRunnerSources(session: AwsSession, stack: Stack): Promise<readonly LogSource[]> {
  const wanted = onAppRunner(stack);
  if (wanted.length === 0) return [];
  const found = await appRunnerServices(session);
  return wanted.flatMap(({ service, name }) => {
    const arn = found.get(name)?.ServiceArn;
    return arn === undefined ? [] : sourcesOf(service, arn, session.region);
  });
}

const onAppRunner = (stack: Stack) => runningNames(stack).filter(({ on }) => on === 'app-runner');

const sourcesOf = (service: string, arn: string, region: string): readonly LogSource[] =>
  groupsOf(folderOf(arn)).map((group) => ({ name: service, group, region }));

const lineCount = 10;
const lookBackMilliseconds = 30 * 60_000;

/**
 * The last lines of App Runner about a service, then of the service itself; empty when there are none. What cannot be read is said in
 * its place: the failure it explains must not be hidden by another.
 * @param now milliseconds since 1970
 */
export async function lastAppRunnerLines(
  session: AwsSession,
  { service, arn }: { readonly service: string; readonly arn: string },
  now: number,
): Promise<string> {
  const from = Math.max(0, now - lookBackMilliseconds);
  try {
    const lines = await Promise.all(
      sourcesOf(service, arn, session.region).map((source) => readLogs({ session, sources: [source], from })),
    );
    return lines.flatMap((all) => all.slice(-lineCount).map(({ line }) => `\n| ${line}`)).join('');
  } catch (error) {
    return ` (Its logs cannot be read: ${messageOf(error)})`;
  }
}

/**
 * Deletes the log groups that App Runner made for services that are gone: they carry no tags, and are kept for ever.
 * @throws what `awsProblem` makes
 */
export async function deleteAppRunnerLogs(session: AwsSession, stack: Stack): Promise<void> {
  const client = session.client(CloudWatchLogsClient);
  for (const { name } of onAppRunner(stack)) {
    try {
      const request = { logGroupNamePrefix: `/aws/apprunner/${name}/` };
      const found: string[] = [];
      for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, request))
        found.push(...logGroups.flatMap(({ logGroupName = [] }) => logGroupName));
      for (const logGroupName of found) await ifThere(client.send(new DeleteLogGroupCommand({ logGroupName })));
    } catch (error) {
      throw awsProblem(error, `delete the logs of the App Runner service ${name}`);
    }
  }
}

/**
 * Keeps what App Runner logs as long as the log groups of the Stack, not for ever. A group that nothing was written to yet is left.
 * @param arns of services
 * @throws what `awsProblem` makes
 */
export async function limitAppRunnerLogs(session: AwsSession, stack: Stack, arns: readonly string[]): Promise<void> {
  const days = viewOf(stack)
    .all('aws_cloudwatch_log_group')
    .map(({ args }) => args.retention_in_days)
    .filter((one) => typeof one === 'number');
  if (days.length === 0) return;
  const client = session.client(CloudWatchLogsClient);
  const retentionInDays = Math.max(...days);
  try {
    for (const logGroupName of arns.flatMap((arn) => groupsOf(folderOf(arn))))
      await ifThere(client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays })));
  } catch (error) {
    throw awsProblem(error, 'limit how long the logs of App Runner are kept');
  }
}

async function ifThere(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!isAwsError(error, 'ResourceNotFoundException')) throw error;
  });
}

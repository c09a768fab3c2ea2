import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

export interface AlarmStatus {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly reason: string;
  /** ISO 8601, UTC; null when CloudWatch does not tell. */
  readonly since: string | null;
}

/** The alarms of the Stack that exist, sorted by name. Those that put services to sleep are among them. */
export async function alarmsStatus(session: AwsSession, stack: Stack): Promise<readonly AlarmStatus[]> {
  const names = new Set(
    viewOf(stack)
      .all('aws_cloudwatch_metric_alarm')
      .map(({ args }) => String(args.alarm_name)),
  );
  // One question for all; what an environment `dev-eu` has begins like what `dev` has.
  const AlarmNamePrefix = `${stack.project}-${stack.environment}-`;
  const found: AlarmStatus[] = [];
  try {
    const pages = paginateDescribeAlarms({ client: session.client(CloudWatchClient) }, { AlarmNamePrefix });
    for await (const { MetricAlarms = [] } of pages) {
      for (const {
        AlarmName = '',
        StateValue = 'INSUFFICIENT_DATA',
        StateReason = '',
        StateUpdatedTimestamp,
      } of MetricAlarms) {
        if (!names.has(AlarmName)) continue;
        found.push({
          name: AlarmName,
          state: StateValue,
          reason: StateReason,
          since: StateUpdatedTimestamp?.toISOString() ?? null,
        });
      }
    }
  } catch (error) {
    throw awsProblem(error, 'look at the alarms');
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

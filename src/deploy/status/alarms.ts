import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

export interface AlarmStatus {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly reason: string;
  /** ISO 8601, UTC; null when CloudWatch does not tell. */
  readonly since: string | null;
}

/** The alarms whose names begin with this, sorted by name. Those that put services to sleep are among them. */
export async function alarmsStatus(session: AwsSession, prefix: string): Promise<readonly AlarmStatus[]> {
  const found: AlarmStatus[] = [];
  try {
    const pages = paginateDescribeAlarms({ client: session.client(CloudWatchClient) }, { AlarmNamePrefix: prefix });
    for await (const { MetricAlarms = [] } of pages) {
      for (const {
        AlarmName = '',
        StateValue = 'INSUFFICIENT_DATA',
        StateReason = '',
        StateUpdatedTimestamp,
      } of MetricAlarms)
        found.push({
          name: AlarmName,
          state: StateValue,
          reason: StateReason,
          since: StateUpdatedTimestamp?.toISOString() ?? null,
        });
    }
  } catch (error) {
    throw awsProblem(error, 'look at the alarms');
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

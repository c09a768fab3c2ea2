import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { isAwsError } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

/** Where a container's lines go. */
export interface LogPlace {
  readonly group: string;
  readonly stream: string;
}

/** Reads what a stream got since the last look. */
export interface LogReader {
  /** New lines, oldest first; none while the stream does not exist. @throws the SDK's errors */
  next(): Promise<readonly string[]>;
}

/** Reads a stream from its beginning. */
export function logReader(session: AwsSession, { group, stream }: LogPlace): LogReader {
  const client = session.client(CloudWatchLogsClient);
  let nextToken: string | undefined;
  return {
    next: async () => {
      const lines: string[] = [];
      for (;;) {
        const page = await client
          .send(
            new GetLogEventsCommand({
              logGroupName: group,
              logStreamName: stream,
              startFromHead: true,
              ...(nextToken !== undefined && { nextToken }),
            }),
          )
          .catch((error: unknown) => {
            // It is made with the first line.
            if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
            throw error;
          });
        if (page === undefined) return lines;
        lines.push(...(page.events ?? []).map(({ message = '' }) => message.trimEnd()));
        // The end is told by the token that was given: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html (not re-read)
        const end = page.nextForwardToken === nextToken || page.nextForwardToken === undefined;
        nextToken = page.nextForwardToken ?? nextToken;
        if (end) return lines;
      }
    },
  };
}

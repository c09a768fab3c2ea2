import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { LandfallError } from '../../base/errors.js';
import type { Waiting } from '../../base/waiting.js';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem, isAwsError } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

/** A log group, as the user calls it. */
export interface LogSource {
  /** A service, `gateway`, `wake-up`, `waf-edge` …; several groups may have one name. */
  readonly name: string;
  readonly group: string;
  /** Some log groups stand in us-east-1. */
  readonly region: string;
}

export interface LogLine {
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly line: string;
}

/** Every log group of the Stack, sorted by name. */
export function logSources(stack: Stack): readonly LogSource[] {
  return viewOf(stack)
    .all('aws_cloudwatch_log_group')
    .flatMap(({ name, args, provider }) =>
      typeof args.name === 'string'
        ? [
            {
              name: name.replaceAll('_', '-'),
              group: args.name,
              region: provider === 'us_east_1' ? 'us-east-1' : stack.region,
            },
          ]
        : [],
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The named ones, in that order; without names those of services that run. @throws LandfallError `NO_LOGS` */
export function chosenSources(
  all: readonly LogSource[],
  names: readonly string[],
  services: readonly string[],
): readonly LogSource[] {
  if (names.length === 0) return all.filter(({ name }) => services.includes(name));
  return names.flatMap((wanted) => {
    const found = all.filter(({ name }) => name === wanted);
    if (found.length > 0) return found;
    throw new LandfallError({
      code: 'NO_LOGS',
      message: `There are no logs of ${wanted}.`,
      fix: `There are logs of: ${[...new Set(all.map(({ name }) => name))].join(', ')}.`,
    });
  });
}

export interface LogQuery {
  readonly session: AwsSession;
  readonly sources: readonly LogSource[];
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Text that a line must hold, letter case included. */
  readonly filter?: string | undefined;
}

interface Seen extends LogLine {
  readonly id: string;
}

/** Lines since `from` of all sources, oldest first; none of a group that does not exist yet. @throws what `awsProblem` makes */
export async function readLogs(query: LogQuery): Promise<readonly LogLine[]> {
  return (await readAll(query)).map(({ source, at, line }) => ({ source, at, line }));
}

/** Passes on what comes from now on, until `waiting` is interrupted. A line that comes late by a minute is still found. */
export async function followLogs(query: LogQuery, waiting: Waiting, show: (line: LogLine) => void): Promise<never> {
  const late = 60_000;
  const shown = new Map<string, number>();
  let from = query.from;
  for (;;) {
    for (const { id, ...line } of await readAll({ ...query, from })) {
      if (shown.has(id)) continue;
      shown.set(id, line.at);
      show(line);
    }
    from = Math.max(query.from, waiting.now() - late);
    for (const [id, at] of shown) if (at < from) shown.delete(id);
    await waiting.sleep(2000);
  }
}

async function readAll(query: LogQuery): Promise<readonly Seen[]> {
  const found = await Promise.all(query.sources.map((source) => readOne(query, source)));
  return found.flat().toSorted((a, b) => a.at - b.at);
}

async function readOne({ session, from, filter }: LogQuery, source: LogSource): Promise<readonly Seen[]> {
  const client = session.client(CloudWatchLogsClient, source.region);
  const request = {
    logGroupName: source.group,
    startTime: from,
    ...(filter !== undefined && { filterPattern: patternOf(filter) }),
  };
  const lines: Seen[] = [];
  try {
    for await (const { events = [] } of paginateFilterLogEvents({ client }, request)) {
      for (const { eventId = '', timestamp = 0, message = '' } of events)
        lines.push({ id: `${source.group} ${eventId}`, source: source.name, at: timestamp, line: message.trimEnd() });
    }
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return [];
    throw awsProblem(error, `read the log group ${source.group}`);
  }
  return lines;
}

/** One quoted term: the text as it is. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html (not re-read) */
const patternOf = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

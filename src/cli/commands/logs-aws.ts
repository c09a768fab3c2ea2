import { realWaiting } from '../../base/waiting.js';
import { appRunnerSources } from '../../deploy/logs/app-runner.js';
import { chosenSources, followLogs, logSources, readLogs, type LogLine } from '../../deploy/logs/read.js';
import { runningNames } from '../../deploy/services/names.js';
import type { Io, Outcome } from '../io.js';
import type { LogsOptions } from './logs.js';
import { openTarget } from './target.js';

const standardSince = 3_600_000;

/** Lines of CloudWatch Logs, of several services in the order of their times. */
export async function runAwsLogs(options: LogsOptions, io: Io): Promise<Outcome> {
  const { session, synthesis } = await openTarget(options, io);
  const { stack } = synthesis;
  const names = options.arguments.flat().map(String);
  const services = runningNames(stack).map(({ service }) => service);
  const all = [...logSources(stack), ...(await appRunnerSources(session, stack))];
  const sources = chosenSources(all, names, services);
  const waiting = realWaiting(io.signal);
  const query = { session, sources, from: waiting.now() - (options.since ?? standardSince), filter: options.filter };
  const lines = lastOfEach(await readLogs(query), options.tail);
  const text =
    lines.length === 0 ? 'No lines in this time; --since goes back further.\n' : lines.map(lineText).join('');
  if (options.follow !== true) {
    const logs = [...new Set(sources.map(({ name }) => name))].map((name) => ({
      name,
      lines: lines.filter(({ source }) => source === name).map(({ line }) => line),
    }));
    return { document: { logs }, text };
  }
  io.out(text);
  const from = (lines.at(-1)?.at ?? waiting.now()) + 1;
  await followLogs({ ...query, from }, waiting, (line) => io.out(lineText(line))).catch((error: unknown) => {
    if (!io.signal.aborted) throw error;
  });
  return { document: { logs: [] }, text: '' };
}

const lineText = ({ source, at, line }: LogLine): string => `${new Date(at).toISOString()} ${source} ${line}\n`;

function lastOfEach(lines: readonly LogLine[], count: number): readonly LogLine[] {
  const left = new Map<string, number>();
  return lines
    .toReversed()
    .filter(({ source }) => {
      const used = (left.get(source) ?? 0) + 1;
      left.set(source, used);
      return used <= count;
    })
    .toReversed();
}

import { Argument, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { LandfallError } from '../../base/errors.js';
import type { CommandEntry } from './index.js';
import { runAwsLogs } from './logs-aws.js';
import { runLocalLogs } from './logs-local.js';
import { localOption, type LocalOptions } from './options.js';

export interface LogsOptions extends LocalOptions {
  readonly tail: number;
  readonly follow?: true;
  readonly filter?: string;
  /** Milliseconds. */
  readonly since?: number;
  readonly arguments: readonly unknown[];
}

export const logs: CommandEntry = {
  name: 'infra:logs',
  description: 'Show the last lines that services wrote, and go on with --follow',
  document: z.strictObject({ logs: z.array(z.strictObject({ name: z.string(), lines: z.array(z.string()) })) }),
  arguments: [new Argument('[services...]', 'only these services')],
  options: [
    localOption(),
    new Option('--tail <lines>', 'how many lines of each').default(50).argParser(lineCount),
    new Option('--follow', 'go on with new lines until Ctrl-C'),
    new Option('--filter <text>', 'only lines that hold this text'),
    new Option('--since <time>', 'only lines of the last 90s, 10m, 2h or 3d (AWS alone; default 1h)').argParser(
      duration,
    ),
  ],
  async run(given, io) {
    const options = given as LogsOptions;
    if (options.follow === true && options.json === true) {
      throw new LandfallError({
        code: 'USAGE',
        message: '--follow has no end, and --json prints one document.',
        fix: 'Give one of them alone.',
      });
    }
    return options.local === true ? runLocalLogs(options, io) : runAwsLogs(options, io);
  },
};

function lineCount(text: string): number {
  const lines = Number(text);
  if (Number.isInteger(lines) && lines > 0) return lines;
  throw new InvalidArgumentError('It is a whole number above 0.');
}

const unitMilliseconds: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function duration(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (unitMilliseconds[unit] ?? 0);
  if (milliseconds > 0) return milliseconds;
  throw new InvalidArgumentError('It is a number and s, m, h or d, such as 10m.');
}

import { Argument, Option } from 'commander';
import { z } from 'zod';
import { realWaiting } from '../../base/waiting.js';
import { sleepOrWake, type SleptOrWoken } from '../../deploy/waking/change.js';
import { assertConfirmed } from '../prompts.js';
import type { CommandEntry } from './index.js';
import { localOption, type LocalOptions } from './options.js';
import { openProject } from './project.js';
import { openTarget } from './target.js';

interface Options extends LocalOptions {
  readonly arguments: readonly unknown[];
  readonly wait: boolean;
  readonly yes?: true;
}

const counts = z.strictObject({ service: z.string(), desired: z.int(), running: z.int() });
const document = z.strictObject({ changed: z.array(z.string()), services: z.array(counts) });

const services = () => new Argument('[services...]', 'only these services (default: all that can sleep)');
const noWait = () => new Option('--no-wait', 'do not wait until the tasks run, or are gone');

export const wake: CommandEntry = {
  name: 'infra:wake',
  description: 'Wake sleeping services',
  document,
  arguments: [services()],
  options: [localOption(), noWait()],
  run: (given, io, emit) => run('wake', given as Options, io, emit),
};

export const sleep: CommandEntry = {
  name: 'infra:sleep',
  description: 'Put services to sleep that may; a request wakes them',
  document,
  arguments: [services()],
  options: [localOption(), noWait(), new Option('--yes', 'do not ask, in production')],
  run: async (given, io, emit) => {
    const options = given as Options;
    if (options.local !== true && (await openProject(options, io)).production) {
      const question = `Put services of ${options.env} to sleep? Their first callers then wait or are told to come back.`;
      await assertConfirmed(io.prompts, question, options.yes === true);
    }
    return run('sleep', options, io, emit);
  },
};

async function run(
  action: 'sleep' | 'wake',
  options: Options,
  io: Parameters<CommandEntry['run']>[1],
  emit: Parameters<CommandEntry['run']>[2],
) {
  const { session, synthesis } = await openTarget(options, io);
  const result = await sleepOrWake({
    session,
    stack: synthesis.stack,
    action,
    services: options.arguments[0] as readonly string[],
    wait: options.wait,
    emit,
    waiting: realWaiting(io.signal),
    signal: io.signal,
  });
  return { document: result, text: textOf(action, result) };
}

function textOf(action: 'sleep' | 'wake', { changed, services: now }: SleptOrWoken): string {
  const [done, already] = action === 'wake' ? ['Woken', 'awake'] : ['Asleep now', 'asleep'];
  const head = changed.length === 0 ? `All are ${already} already.` : `${done}: ${changed.join(', ')}.`;
  const each = now.map(({ service, desired, running }) => `${service}: ${String(running)} of ${String(desired)} tasks`);
  return `${[head, ...each].join('\n')}\n`;
}

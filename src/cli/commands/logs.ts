import { Argument, InvalidArgumentError, Option } from 'commander';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LandfallError } from '../../base/errors.js';
import { planeFolders } from '../../local/folders.js';
import type { CommandEntry } from './index.js';
import { localOption, requireLocal, type LocalOptions } from './options.js';
import { projectFolder } from './project.js';

interface Options extends LocalOptions {
  readonly tail: number;
  readonly arguments: readonly unknown[];
}

export const logs: CommandEntry = {
  name: 'infra:logs',
  description: 'Show the last lines that services wrote',
  document: z.strictObject({ logs: z.array(z.strictObject({ name: z.string(), lines: z.array(z.string()) })) }),
  arguments: [new Argument('[service]', 'only this service')],
  options: [
    localOption(),
    new Option('--tail <lines>', 'how many lines of each').default(50).argParser((text) => {
      const lines = Number(text);
      if (Number.isInteger(lines) && lines > 0) return lines;
      throw new InvalidArgumentError('It is a whole number above 0.');
    }),
  ],
  async run(given, io) {
    const options = given as Options;
    requireLocal('infra:logs', options);
    const { logs: folder } = planeFolders(await projectFolder(options, io), options.env);
    const [service] = options.arguments;
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.log')).sort();
    const wanted =
      typeof service === 'string'
        ? names.filter((name) => name === `${service}.log` || name.startsWith(`${service}-`))
        : names;
    if (wanted.length === 0) throw nothing(service, names);
    const found = await Promise.all(
      wanted.map(async (name) => ({
        name: name.slice(0, -'.log'.length),
        lines: await lastLines(join(folder, name), options.tail),
      })),
    );
    return {
      document: { logs: found },
      text: found.map(({ name, lines }) => lines.map((line) => `${name} ${line}\n`).join('')).join(''),
    };
  },
};

async function lastLines(file: string, count: number): Promise<readonly string[]> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-count);
}

function nothing(service: unknown, names: readonly string[]): LandfallError {
  const known = [...new Set(names.map((name) => name.replace(/(-[0-9a-f]{6})?\.log$/, '')))].join(', ');
  return new LandfallError({
    code: 'NO_LOGS',
    message: typeof service === 'string' ? `There are no logs of ${service}.` : 'There are no logs yet.',
    fix: known === '' ? 'Deploy first: landfall infra:deploy --local.' : `There are logs of: ${known}.`,
  });
}

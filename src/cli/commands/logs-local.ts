import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError } from '../../base/errors.js';
import { realWaiting, type Waiting } from '../../base/waiting.js';
import { planeFolders } from '../../local/folders.js';
import type { Io, Outcome } from '../io.js';
import type { LogsOptions } from './logs.js';
import { projectFolder } from './project.js';

/** The files of the local plane's services, one a task. */
export async function runLocalLogs(options: LogsOptions, io: Io): Promise<Outcome> {
  if (options.since !== undefined) throw withoutTimes();
  const { logs: folder } = planeFolders(await projectFolder(options, io), options.env);
  const services = options.arguments.flat().map(String);
  const names = await filesOf(folder, services);
  if (names.length === 0) throw nothing(services, await filesOf(folder, []));
  const holds = (line: string) => options.filter === undefined || line.includes(options.filter);
  const found = await Promise.all(
    names.map(async (file) => {
      const text = (await readFile(join(folder, file), 'utf8')).trimEnd();
      const lines = text === '' ? [] : text.split('\n').filter(holds).slice(-options.tail);
      return { name: nameOf(file), lines };
    }),
  );
  const text = found.map(({ name, lines }) => lines.map((line) => `${name} ${line}\n`).join('')).join('');
  if (options.follow !== true) return { document: { logs: found }, text };
  io.out(text);
  const show = (name: string, line: string) => holds(line) && io.out(`${name} ${line}\n`);
  await followFiles(folder, services, realWaiting(io.signal), show).catch((error: unknown) => {
    if (!io.signal.aborted) throw error;
  });
  return { document: { logs: [] }, text: '' };
}

const nameOf = (file: string): string => file.slice(0, -'.log'.length);

async function filesOf(folder: string, services: readonly string[]): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.log')).sort();
  if (services.length === 0) return names;
  return names.filter((name) => services.some((one) => name === `${one}.log` || name.startsWith(`${one}-`)));
}

/** New lines of the files, also of those that come, until `waiting` is interrupted. */
async function followFiles(
  folder: string,
  services: readonly string[],
  waiting: Waiting,
  show: (name: string, line: string) => void,
): Promise<never> {
  const ends = new Map<string, { at: number; rest: string }>();
  for (const file of await filesOf(folder, services))
    ends.set(file, { at: (await stat(join(folder, file))).size, rest: '' });
  for (;;) {
    await waiting.sleep(500);
    for (const file of await filesOf(folder, services)) {
      const end = ends.get(file) ?? { at: 0, rest: '' };
      ends.set(file, end);
      const text = await readFrom(join(folder, file), end);
      const lines = `${end.rest}${text}`.split('\n');
      end.rest = lines.pop() ?? '';
      for (const line of lines) show(nameOf(file), line);
    }
  }
}

/** What was appended; from the beginning when the file was put aside and begun anew. */
async function readFrom(file: string, end: { at: number }): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    if (size < end.at) end.at = 0;
    const buffer = Buffer.alloc(Math.min(size - end.at, 1024 * 1024));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, end.at);
    end.at += bytesRead;
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function nothing(services: readonly string[], names: readonly string[]): LandfallError {
  const known = [...new Set(names.map((name) => name.replace(/(-[0-9a-f]{6})?\.log$/, '')))].join(', ');
  return new LandfallError({
    code: 'NO_LOGS',
    message: services.length > 0 ? `There are no logs of ${services.join(', ')}.` : 'There are no logs yet.',
    fix: known === '' ? 'Deploy first: landfall infra:deploy --local.' : `There are logs of: ${known}.`,
  });
}

const withoutTimes = (): LandfallError =>
  new LandfallError({
    code: 'LOGS_WITHOUT_TIMES',
    message: 'The local plane keeps lines as services wrote them, without times: --since cannot choose among them.',
    fix: 'Use --tail or --filter.',
  });

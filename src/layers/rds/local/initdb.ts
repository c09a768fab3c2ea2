import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ProcessExit, Processes } from '../../../local/contract/process.js';
import { handOver, type Account } from './account.js';
import type { PostgresBinaries } from './binaries.js';
import { notStarted } from './errors.js';

export interface InitOptions {
  readonly dataFolder: string;
  readonly user: string;
  readonly password: string;
  readonly processes: Processes;
  readonly signal: AbortSignal;
}

/** What PostgreSQL's programs get of the environment. */
export const environment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** macOS has no C.UTF-8; its en_US.UTF-8 sorts by bytes too. Plain `C`, which every system has, knows no letters beyond ASCII. */
const locales = [process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8', 'C'] as const;

/** Into a folder beside, then renamed: a run killed half-way leaves nothing that looks whole, and the next one clears it away. */
export async function initialiseData(
  binaries: PostgresBinaries,
  account: Account,
  options: InitOptions,
): Promise<void> {
  const { dataFolder } = options;
  const parent = dirname(dataFolder);
  await mkdir(parent, { recursive: true });
  const leftOver = (await readdir(parent)).filter((name) => name.startsWith(`${basename(dataFolder)}.init-`));
  await Promise.all(leftOver.map((name) => rm(join(parent, name), { recursive: true, force: true })));
  const temporary = `${dataFolder}.init-${randomUUID()}`;
  try {
    await handOver(account, temporary);
    let exit = await initdb(binaries, account, temporary, locales[0], options);
    if (exit.lastLines.some((line) => line.includes('invalid locale name')))
      exit = await initdb(binaries, account, temporary, locales[1], options);
    if (exit.code !== 0) throw notStarted(`initdb ended with ${String(exit.code ?? exit.signal)}`, exit.lastLines);
    await rename(temporary, dataFolder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function initdb(
  binaries: PostgresBinaries,
  account: Account,
  folder: string,
  locale: string,
  { user, password, processes, signal }: InitOptions,
): Promise<ProcessExit> {
  // The password goes by a pipe, in no file and on no command line. Node's own standard input is a socket, which cannot be opened by
  // name; a pipe can, by the account that made it.
  const piped = account.commandLine('/bin/sh', [
    '-c',
    'cat | "$@"',
    'sh',
    binaries.program('initdb'),
    `--pgdata=${folder}`,
    `--username=${user}`,
    '--auth=scram-sha-256',
    '--pwfile=/dev/stdin',
    '--encoding=UTF8',
    `--locale=${locale}`,
    '--no-instructions',
  ]);
  return processes.run(
    {
      name: 'initdb',
      ...piped,
      cwd: dirname(folder),
      env: environment,
      stdin: `${password}\n`,
    },
    signal,
  );
}

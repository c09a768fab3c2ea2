import { execFile } from 'node:child_process';
import { chown, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LandfallError } from '../../../base/errors.js';

export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** As whom PostgreSQL's programs run: they refuse root. */
export interface Account {
  readonly kind: 'self' | 'user-namespace' | 'nobody';
  /** Whose its files must be; undefined: they are the plane's own user's anyway. */
  readonly owner: number | undefined;
  commandLine(command: string, args: readonly string[]): CommandLine;
}

const exec = promisify(execFile);
const nobody = 65534;

const self: Account = { kind: 'self', owner: undefined, commandLine: (command, args) => ({ command, args }) };

/**
 * A user namespace in which root is nobody: needs no other user, and what root may read PostgreSQL may.
 * @see https://man7.org/linux/man-pages/man1/unshare.1.html (read 2026-11-23)
 */
const userNamespace = through('user-namespace', 0, [
  'unshare',
  '--user',
  `--map-user=${String(nobody)}`,
  `--map-group=${String(nobody)}`,
]);

/** Really another user, where namespaces are forbidden, as in many containers. */
const asNobody = through('nobody', nobody, [
  'setpriv',
  `--reuid=${String(nobody)}`,
  `--regid=${String(nobody)}`,
  '--clear-groups',
]);

function through(kind: Account['kind'], owner: number, prefix: readonly [string, ...string[]]): Account {
  const [command, ...before] = prefix;
  return { kind, owner, commandLine: (program, args) => ({ command, args: [...before, program, ...args] }) };
}

/**
 * The account that works on this machine: the plane's own user, unless that is root.
 * @param kinds what to try, best first, when the plane is root
 * @throws LandfallError `POSTGRES_REFUSES_ROOT` when none works
 */
export async function chooseAccount(kinds: readonly Account[] = [userNamespace, asNobody]): Promise<Account> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return self;
  const causes: unknown[] = [];
  for (const account of kinds) {
    const cause = await failureOf(account, 'true', []);
    if (cause === undefined) return account;
    causes.push(cause);
  }
  throw refusesRoot('neither unshare --user nor setpriv works here', new AggregateError(causes));
}

/** For tests and for machines without user namespaces. */
export const chooseNobody = (): Promise<Account> => chooseAccount([asNobody]);

/**
 * Makes a folder's content the account's own; what another account has made before is handed over.
 * @throws LandfallError `POSTGRES_REFUSES_ROOT` when the account cannot reach the folder
 */
export async function handOver(account: Account, folder: string): Promise<void> {
  const { owner } = account;
  if (owner === undefined) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await stat(folder)).uid !== owner) await chownAll(folder, owner);
  const cause = await failureOf(account, 'test', ['-x', dirname(folder)]);
  if (cause !== undefined) throw refusesRoot(`uid ${String(owner)} may not enter ${dirname(folder)}`, cause);
}

/** The folder itself last: a hand-over that was cut short is done again. */
async function chownAll(folder: string, owner: number): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries)
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), owner, owner);
  await chown(folder, owner, owner);
}

async function failureOf(account: Account, program: string, args: readonly string[]): Promise<unknown> {
  const line = account.commandLine(program, args);
  return exec(line.command, [...line.args]).then(
    () => undefined,
    (error: unknown) => error,
  );
}

function refusesRoot(why: string, cause: unknown): LandfallError {
  return new LandfallError(
    {
      code: 'POSTGRES_REFUSES_ROOT',
      message: `PostgreSQL does not run as root, and ${why}.`,
      fix: 'Run Landfall as another user than root, or allow user namespaces on this machine.',
    },
    { cause },
  );
}

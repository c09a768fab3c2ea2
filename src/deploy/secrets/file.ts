import { parse } from 'dotenv';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { LandfallError, LandfallErrors, type Problem } from '../../base/errors.js';
import type { DeclaredSecret } from './declared.js';
import { assertSecretValue } from './store.js';

/** Values by key (`offers-service/STRIPE_KEY`). */
export type SecretValues = ReadonlyMap<string, string>;

/**
 * Reads a dotenv file. `offers-service.STRIPE_KEY=…` is one secret; a bare `STRIPE_KEY=…` is the value for every service that declares it,
 * where the file names no more exact one. Quotes keep line breaks; nothing is expanded, so `${` stays.
 * @throws LandfallError `SECRETS_FILE_MISSING`, `SECRETS_FILE_TRACKED`
 */
export async function readSecretsFile(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new LandfallError(
      {
        code: 'SECRETS_FILE_MISSING',
        message: `The file of secrets ${file} cannot be read.`,
        fix: 'Make it, with a line such as offers-service.STRIPE_KEY=…, or name another with --file. Keep it out of git.',
        path: file,
      },
      { cause },
    );
  });
  if (await isInGit(file)) {
    throw new LandfallError({
      code: 'SECRETS_FILE_TRACKED',
      message: `${file} is tracked by git, or would be at the next git add: its values would go with it.`,
      fix: `Add it to .gitignore. When it is tracked already: git rm --cached ${basename(file)}, and change every value that was pushed.`,
      path: file,
    });
  }
  return text;
}

/** Tracked, or not ignored, in a repository. */
async function isInGit(file: string): Promise<boolean> {
  const git = (...args: readonly string[]) =>
    promisify(execFile)('git', ['-C', dirname(file), ...args, '--', basename(file)]).then(
      () => 0,
      (error: unknown) => (error as { readonly code?: unknown }).code,
    );
  if ((await git('ls-files', '--error-unmatch')) === 0) return true;
  // 0: ignored; 1: not ignored; 128 or no number: no repository, or no git.
  return (await git('check-ignore', '--quiet')) === 1;
}

/** @throws LandfallErrors for every name that no service declares and every value that cannot be one */
export function parseSecrets(text: string, declared: readonly DeclaredSecret[]): SecretValues {
  const entries = Object.entries(parse(text)).map(([name, value]) => [name.replace('.', '/'), value] as const);
  const bare = entries.filter(([name]) => !name.includes('/'));
  const values = new Map(
    bare.flatMap(([name, value]) =>
      declared.flatMap(({ key, generated }) => (key.endsWith(`/${name}`) && !generated ? [[key, value] as const] : [])),
    ),
  );
  for (const [key, value] of entries) if (key.includes('/')) values.set(key, value);
  const problems = [
    ...bare.filter(([name]) => !declared.some(({ key }) => key.endsWith(`/${name}`))).map(([name]) => name),
    ...[...values.keys()].filter((key) => !declared.some((one) => one.key === key)),
  ].map((key) => undeclared(key, declared));
  for (const [key, value] of values) problems.push(...problemOf(key, value));
  const [first, ...rest] = problems;
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
  return values;
}

function problemOf(key: string, value: string): readonly Problem[] {
  try {
    assertSecretValue(key, value);
    return [];
  } catch (error) {
    if (error instanceof LandfallError) return error.problems;
    throw error;
  }
}

/** A name that is not in the Stack. */
export function undeclared(key: string, declared: readonly DeclaredSecret[]): Problem {
  const own = declared.filter(({ generated }) => !generated).map((one) => one.key);
  return {
    code: 'SECRET_UNDECLARED',
    message: `No service declares the secret ${key}.`,
    fix: `${own.length === 0 ? 'None is declared' : `Declared are: ${own.join(', ')}`}. Add it to a service’s secrets in the config.`,
  };
}

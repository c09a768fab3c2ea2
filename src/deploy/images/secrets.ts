import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretIds } from './dockerfile.js';

export interface BuildSecrets {
  /** By the id of the build secret. */
  readonly files: Readonly<Record<string, string>>;
  /** Tokens and passwords in them. */
  readonly values: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings of the user's own `.npmrc` that say where packages come from: other settings may name this machine's paths. */
const ofRegistries = /^\s*(\/\/|registry\s*=|@[^=]+:registry\s*=)/;

/**
 * What installs in a container need of this machine and no layer may keep: registries with their tokens, from the user's `.npmrc` and the
 * project's with its variables filled in, and further certificate authorities.
 * @param folder gets the files, which this user alone can read
 */
export async function buildSecrets(root: string, folder: string, env: Environment): Promise<BuildSecrets> {
  const read = (file: string | undefined) => (file === undefined ? '' : readFile(file, 'utf8').catch(() => ''));
  const user = await read(
    env['NPM_CONFIG_USERCONFIG'] ?? (env['HOME'] === undefined ? undefined : join(env['HOME'], '.npmrc')),
  );
  const project = await read(join(root, '.npmrc'));
  const kept = user.split(/\r?\n/).filter((line) => ofRegistries.test(line));
  const npmrc = filledIn([...kept, project].join('\n'), env);
  const texts = {
    [secretIds.npmrc]: npmrc,
    [secretIds.authorities]: await read(env['NODE_EXTRA_CA_CERTS']),
  };
  const files: Record<string, string> = {};
  for (const [id, text] of Object.entries(texts)) {
    if (text.trim() === '') continue;
    files[id] = join(folder, `${id}.secret`);
    await writeFile(files[id], text, { mode: 0o600 });
  }
  return { files, values: tokensIn(npmrc) };
}

/** @see https://docs.npmjs.com/cli/v11/configuring-npm/npmrc#auth-related-configuration (not re-read) */
const tokensIn = (npmrc: string): readonly string[] =>
  [...npmrc.matchAll(/(?:^|:)_(?:authToken|auth|password)\s*=\s*["']?([^\s"']+)/gm)].flatMap(([, value = '']) =>
    value.includes('${') ? [] : [value],
  );

/** Takes texts out of a line: a tool may write what it was given. Texts under four characters stay: they are in every line. */
export const hiding =
  (values: readonly string[]) =>
  (line: string): string =>
    values.reduce((text, value) => (value.length < 4 ? text : text.replaceAll(value, '***')), line);

/** `${NAME}`, as npm does; an unset one stays, and npm says so. @see https://docs.npmjs.com/cli/v11/configuring-npm/npmrc (not re-read) */
const filledIn = (text: string, env: Environment): string =>
  text.replaceAll(/\$\{(\w+)\??\}/g, (whole, name: string) => env[name] ?? whole);

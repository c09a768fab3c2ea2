import { Option } from 'commander';
import { join, resolve } from 'node:path';
import { parseSecrets, readSecretsFile, type SecretValues } from '../../deploy/secrets/file.js';
import type { Io } from '../io.js';
import type { LocalOptions } from './options.js';
import type { Secrets } from './secrets-shared.js';

export interface FileOptions extends LocalOptions {
  readonly file?: string;
}

export const fileOption = (): Option =>
  new Option('--file <file>', 'values in dotenv form; - is standard input (default: .secrets.<env> beside the config)');

/** The values that the user gives by a file that git ignores, or on standard input. */
export async function givenValues(options: FileOptions, io: Io, secrets: Secrets): Promise<SecretValues> {
  const { file } = options;
  if (file === '-') return parseSecrets(await io.readInput(), secrets.declared);
  const path = file === undefined ? join(secrets.folder, `.secrets.${options.env}`) : resolve(io.cwd, file);
  return parseSecrets(await readSecretsFile(path), secrets.declared);
}

import { Argument, Option } from 'commander';
import { z } from 'zod';
import { LandfallError } from '../../base/errors.js';
import { assertSecretValue } from '../../deploy/secrets/store.js';
import type { Io } from '../io.js';
import type { CommandEntry } from './index.js';
import { localOption, type LocalOptions } from './options.js';
import { declaredSecret, openSecrets, restartedText } from './secrets-shared.js';

interface Options extends LocalOptions {
  readonly arguments: readonly unknown[];
  readonly restart: boolean;
}

export const secretsSet: CommandEntry = {
  name: 'secrets:set',
  description: 'Set the value of a secret; it is asked for, or read from standard input',
  document: z.strictObject({
    name: z.string(),
    set: z.literal(true),
    changed: z.boolean(),
    restarted: z.array(z.string()),
  }),
  arguments: [new Argument('<scope/NAME>', 'the secret, such as offers-service/STRIPE_KEY')],
  options: [localOption(), noRestartOption()],
  async run(given, io, emit) {
    const options = given as Options;
    const secrets = await openSecrets(options, io);
    const secret = declaredSecret(secrets, String(options.arguments[0]));
    const value = await valueFor(secret.key, io);
    assertSecretValue(secret.key, value);
    const changed = (await secrets.store.read(secret.name)) !== value;
    if (changed) await secrets.store.write(secret.name, value, secret.description);
    const restarted = changed && options.restart ? await secrets.restart([secret], emit) : [];
    return {
      document: { name: secret.name, set: true, changed, restarted },
      text: changed
        ? `${secret.name} is set.\n${restartedText(restarted, [secret])}`
        : `${secret.name} has this value already.\n`,
    };
  },
};

export function noRestartOption(): Option {
  return new Option('--no-restart', 'leave running tasks with the value that they started with');
}

/** Typed unseen at a terminal, else all of standard input without its last line break. */
async function valueFor(key: string, io: Io): Promise<string> {
  if (io.prompts.available) return io.prompts.secret(`Value of ${key}`);
  const value = (await io.readInput()).replace(/\r?\n$/, '');
  if (value !== '') return value;
  throw new LandfallError({
    code: 'SECRET_EMPTY',
    message: `No value for ${key} came from standard input.`,
    fix: `Give it on standard input: printf %s "$VALUE" | landfall secrets:set ${key} …`,
  });
}

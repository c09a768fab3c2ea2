import { Argument, Option } from 'commander';
import { z } from 'zod';
import { LandfallError } from '../../base/errors.js';
import type { CommandEntry } from './index.js';
import { localOption, type LocalOptions } from './options.js';
import { declaredSecret, openSecrets } from './secrets-shared.js';

interface Options extends LocalOptions {
  readonly arguments: readonly unknown[];
  readonly reveal?: true;
}

export const secretsGet: CommandEntry = {
  name: 'secrets:get',
  description: 'Say whether a secret has a value; with --reveal print it',
  document: z.strictObject({ name: z.string(), hasValue: z.boolean(), value: z.string().optional() }),
  arguments: [new Argument('<scope/NAME>', 'the secret, such as offers-service/STRIPE_KEY')],
  options: [localOption(), new Option('--reveal', 'print the value itself on standard output')],
  async run(given, io) {
    const options = given as Options;
    const secrets = await openSecrets(options, io);
    const { key, name } = declaredSecret(secrets, String(options.arguments[0]));
    const value = await secrets.store.read(name);
    if (options.reveal !== true) {
      const text = value === undefined ? `${name} has no value.\n` : `${name} has a value; --reveal prints it.\n`;
      return { document: { name, hasValue: value !== undefined }, text };
    }
    if (value === undefined) {
      throw new LandfallError({
        code: 'SECRET_WITHOUT_VALUE',
        message: `The secret ${name} has no value.`,
        fix: `Give it one: landfall secrets:set ${key} --env ${options.env}${options.local === true ? ' --local' : ''}`,
      });
    }
    return { document: { name, hasValue: true, value }, text: `${value}\n` };
  },
};

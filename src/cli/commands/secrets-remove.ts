import { Argument, Option } from 'commander';
import { z } from 'zod';
import { LandfallError } from '../../base/errors.js';
import { secretPrefix } from '../../deploy/secrets/declared.js';
import { assertConfirmed } from '../prompts.js';
import type { CommandEntry } from './index.js';
import { localOption, type LocalOptions } from './options.js';
import { openSecrets } from './secrets-shared.js';

interface Options extends LocalOptions {
  readonly arguments: readonly unknown[];
  readonly yes?: true;
  readonly forGood?: true;
}

export const secretsRemove: CommandEntry = {
  name: 'secrets:remove',
  description: 'Delete a secret that no service declares any more',
  document: z.strictObject({ name: z.string(), removed: z.literal(true), recoverableDays: z.int() }),
  arguments: [new Argument('<scope/NAME>', 'the secret, such as offers-service/OLD_KEY')],
  options: [
    localOption(),
    new Option('--for-good', 'at once: it cannot be restored, and its name is free'),
    new Option('--yes', 'do not ask'),
  ],
  async run(given, io) {
    const options = given as Options;
    const { store, stack, declared } = await openSecrets(options, io);
    const key = String(options.arguments[0]);
    const name = `${secretPrefix(stack)}${key}`;
    if (declared.some((one) => one.key === key)) throw stillDeclared(key);
    if (!(await store.list(secretPrefix(stack))).some((one) => one.name === name)) throw unknown(name);
    const forGood = options.forGood === true || options.local === true;
    await assertConfirmed(io.prompts, `Delete ${name}${forGood ? ' for good' : ''}?`, options.yes === true);
    await store.remove(name, !forGood);
    const recoverableDays = forGood ? 0 : 7;
    return {
      document: { name, removed: true, recoverableDays },
      text: `${name} is deleted${forGood ? '' : '; for 7 days it can be restored in the console of Secrets Manager'}.\n`,
    };
  },
};

const stillDeclared = (key: string): LandfallError =>
  new LandfallError({
    code: 'SECRET_DECLARED',
    message: `${key} is declared: without it tasks could not start.`,
    fix: 'Take it out of the service’s secrets in the config, and deploy: that removes it. secrets:set gives it another value.',
  });

const unknown = (name: string): LandfallError =>
  new LandfallError({
    code: 'SECRET_UNKNOWN',
    message: `There is no secret ${name}.`,
    fix: 'landfall secrets:list shows what is there.',
  });

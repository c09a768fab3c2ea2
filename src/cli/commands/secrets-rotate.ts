import { Argument, Option } from 'commander';
import { z } from 'zod';
import type { DeclaredSecret } from '../../deploy/secrets/declared.js';
import { declaredSecrets } from '../../deploy/secrets/declared.js';
import { originVerifyKeys } from '../../deploy/rotation/rotate.js';
import { assertConfirmed } from '../prompts.js';
import type { CommandEntry } from './index.js';
import { localOption, type LocalOptions } from './options.js';
import { openProject } from './project.js';
import { rotateOnAws } from './secrets-rotate-aws.js';
import { rotateLocally } from './secrets-rotate-local.js';
import { declaredSecret } from './secrets-shared.js';

export interface RotateOptions extends LocalOptions {
  readonly arguments: readonly unknown[];
  readonly yes?: true;
}

export const secretsRotate: CommandEntry = {
  name: 'secrets:rotate',
  description: 'Give generated secrets new values, step by step, with everything that must know them',
  document: z.strictObject({ rotated: z.array(z.string()) }),
  arguments: [new Argument('[scope/NAME...]', 'these alone, such as shared/REDIS (default: every generated one)')],
  options: [localOption(), new Option('--yes', 'do not ask')],
  async run(given, io, emit) {
    const options = given as RotateOptions;
    const { stack } = (await openProject(options, io)).synthesis;
    const declared = declaredSecrets(stack);
    const keys = options.arguments.flat().map(String);
    const wanted = keys.map((key) => declaredSecret({ declared }, key));
    const secrets = oneOfEach(keys.length === 0 ? declared.filter(({ generated }) => generated) : wanted);
    const names = secrets.map(({ key }) => key);
    if (options.local !== true)
      await assertConfirmed(io.prompts, `Rotate ${names.join(', ')}, and restart who uses them?`, options.yes === true);
    await (options.local === true ? rotateLocally : rotateOnAws)(options, io, emit, secrets);
    return { document: { rotated: names }, text: `Rotated: ${names.join(', ')}.\n` };
  },
};

/** The two values of X-Origin-Verify are one rotation. */
function oneOfEach(secrets: readonly DeclaredSecret[]): readonly DeclaredSecret[] {
  const [first] = secrets.filter(({ key }) => originVerifyKeys.includes(key));
  return secrets.filter((secret) => !originVerifyKeys.includes(secret.key) || secret === first);
}

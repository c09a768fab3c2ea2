import { z } from 'zod';
import { writeSecrets } from '../../deploy/secrets/compare.js';
import type { CommandEntry } from './index.js';
import { localOption } from './options.js';
import { fileOption, givenValues, type FileOptions } from './secrets-file.js';
import { noRestartOption } from './secrets-set.js';
import { openSecrets, restartedText } from './secrets-shared.js';

interface Options extends FileOptions {
  readonly restart: boolean;
  readonly arguments: readonly unknown[];
}

export const secretsPush: CommandEntry = {
  name: 'secrets:push',
  description: 'Set many secrets from a file that git ignores; only what differs is written',
  document: z.strictObject({
    changed: z.array(z.string()),
    equal: z.array(z.string()),
    restarted: z.array(z.string()),
  }),
  options: [localOption(), fileOption(), noRestartOption()],
  async run(given, io, emit) {
    const options = given as Options;
    const secrets = await openSecrets(options, io);
    const values = await givenValues(options, io, secrets);
    const changed = await writeSecrets(secrets.store, secrets.declared, values);
    const restarted = options.restart ? await secrets.restart(changed, emit) : [];
    const names = changed.map(({ key }) => key);
    const equal = [...values.keys()].filter((key) => !names.includes(key)).sort();
    const set = names.length === 0 ? 'Nothing differs' : `Set: ${names.join(', ')}`;
    return {
      document: { changed: names, equal, restarted },
      text: `${set}; ${String(equal.length)} had their value already.\n${restartedText(restarted, changed)}`,
    };
  },
};

import { z } from 'zod';
import { compareSecrets, type SecretDifference } from '../../deploy/secrets/compare.js';
import { renderTable } from '../render/table.js';
import type { CommandEntry } from './index.js';
import { localOption } from './options.js';
import { fileOption, givenValues, type FileOptions } from './secrets-file.js';
import { openSecrets } from './secrets-shared.js';

const words: Readonly<Record<SecretDifference['state'], string>> = {
  equal: 'equal',
  different: 'different',
  missing: 'in the file, not stored',
  unnamed: 'stored, not in the file',
  absent: 'in neither: a deploy would stop',
};

export const secretsDiff: CommandEntry = {
  name: 'secrets:diff',
  description: 'Compare a file of secrets with what is stored, without showing a value',
  document: z.strictObject({
    secrets: z.array(
      z.strictObject({ key: z.string(), state: z.enum(['equal', 'different', 'missing', 'unnamed', 'absent']) }),
    ),
  }),
  options: [localOption(), fileOption()],
  async run(given, io) {
    const options = given as FileOptions;
    const secrets = await openSecrets(options, io);
    const found = await compareSecrets(secrets.store, secrets.declared, await givenValues(options, io, secrets));
    const rows = found.map(({ key, state }) => [key, words[state]]);
    return { document: { secrets: found }, text: `${renderTable(['secret', 'file and store'], rows)}\n` };
  },
};

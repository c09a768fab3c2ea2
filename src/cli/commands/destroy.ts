import { Option } from 'commander';
import { z } from 'zod';
import { destroyLocal, stopLocal } from '../../local/destroy.js';
import { planeFolders } from '../../local/folders.js';
import type { CommandEntry } from './index.js';
import { allowDataLossOption, unlockOption, yesOption } from './aws-target.js';
import { awsDestroyDocument, awsDestroyOptions, runAwsDestroy, type AwsDestroyOptions } from './destroy-aws.js';
import { localOption } from './options.js';
import { projectFolder } from './project.js';

interface Options extends AwsDestroyOptions {
  readonly keepData?: true;
}

const destroyDocument = z.strictObject({ environment: z.string(), message: z.string(), changed: z.boolean() });

export const destroy: CommandEntry = {
  name: 'infra:destroy',
  description: 'Stop the environment and remove it with its data',
  document: z.union([destroyDocument, awsDestroyDocument]),
  options: [
    localOption(),
    new Option('--keep-data', 'only stop the local plane: the next deploy goes on with its data'),
    yesOption(),
    ...awsDestroyOptions(),
    allowDataLossOption(),
    unlockOption(),
  ],
  async run(given, io, emit) {
    const options = given as Options;
    if (options.local !== true) return runAwsDestroy(options, io, emit);
    const folders = planeFolders(await projectFolder(options, io), options.env);
    const parts = { folders, environment: options.env, emit };
    const done = await (options.keepData === true ? stopLocal(parts) : destroyLocal(parts));
    return { document: { environment: options.env, ...done }, text: `${done.message}\n` };
  },
};

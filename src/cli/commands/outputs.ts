import { notRunning } from '../../local/not-running.js';
import { findPlane } from '../../local/client.js';
import type { PlaneDescription } from '../../local/describe.js';
import { planeFolders } from '../../local/folders.js';
import { renderAddresses } from './deploy.js';
import { planeDescription } from './plane-document.js';
import type { CommandEntry } from './index.js';
import { awsOutputsDocument, runAwsOutputs } from './outputs-aws.js';
import { z } from 'zod';
import { localOption, type LocalOptions } from './options.js';
import { projectFolder } from './project.js';

export const outputs: CommandEntry = {
  name: 'infra:outputs',
  description: 'Show every address of the environment',
  document: z.union([planeDescription, awsOutputsDocument]),
  options: [localOption()],
  async run(given, io) {
    const options = given as LocalOptions;
    if (options.local !== true) return runAwsOutputs(options, io);
    const plane = await findPlane(planeFolders(await projectFolder(options, io), options.env));
    if (plane === undefined) throw notRunning(options.env);
    const description = await plane.order<PlaneDescription>('describe');
    return { document: description, text: renderAddresses(description) };
  },
};

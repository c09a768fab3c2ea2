import { notRunning } from '../../local/not-running.js';
import { findPlane } from '../../local/client.js';
import type { PlaneDescription } from '../../local/describe.js';
import { planeFolders } from '../../local/folders.js';
import { renderAddresses } from './deploy.js';
import { planeDescription } from './plane-document.js';
import type { CommandEntry } from './index.js';
import { localOption, requireLocal, type LocalOptions } from './options.js';
import { projectFolder } from './project.js';

export const outputs: CommandEntry = {
  name: 'infra:outputs',
  description: 'Show every address of the environment',
  document: planeDescription,
  options: [localOption()],
  async run(given, io) {
    const options = given as LocalOptions;
    requireLocal('infra:outputs', options);
    const plane = await findPlane(planeFolders(await projectFolder(options, io), options.env));
    if (plane === undefined) throw notRunning(options.env);
    const description = await plane.order<PlaneDescription>('describe');
    return { document: description, text: renderAddresses(description) };
  },
};

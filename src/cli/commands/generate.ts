import { Option } from 'commander';
import { join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { writeArtifact } from '../../stack/artifact.js';
import { artifactFiles } from '../../stack/synth.js';
import type { CommandEntry } from './index.js';
import { localOption, type LocalOptions } from './options.js';
import { openProject } from './project.js';

interface Options extends LocalOptions {
  readonly out?: string;
}

export const generate: CommandEntry = {
  name: 'infra:generate',
  description: 'Write the Terraform of the whole stack, and what goes with it',
  document: z.strictObject({ folder: z.string(), resources: z.int(), files: z.array(z.string()) }),
  options: [new Option('--out <dir>', 'where to (default: .landfall/<env> beside the config)'), localOption()],
  async run(given, io) {
    const options = given as Options;
    const project = await openProject(options, io);
    const standard =
      options.local === true ? project.planeFolders.artifact : join(project.folder, '.landfall', options.env);
    const folder = options.out === undefined ? standard : resolve(io.cwd, options.out);
    const files = artifactFiles(project.synthesis);
    await writeArtifact(folder, files);
    const resources = project.synthesis.stack.resources.length;
    return {
      document: { folder, resources, files: files.map(({ path }) => path).sort() },
      text: `${String(resources)} resources in ${relative(io.cwd, folder) || '.'}: ${files
        .map(({ path }) => path)
        .sort()
        .join(', ')}\n`,
    };
  },
};

import { dirname } from 'node:path';
import { loadConfig } from '../../config/load.js';
import { validateProject } from '../../config/problems.js';
import { resolveConfig } from '../../config/resolve.js';
import { layers } from '../../layers/registry.js';
import { planeFolders, type PlaneFolders } from '../../local/folders.js';
import { synthesise, type Synthesis } from '../../stack/synth.js';
import * as landfall from '../../index.js';
import type { Io } from '../io.js';
import type { LocalOptions } from './options.js';

export interface Project {
  /** Absolute folder of the config file. */
  readonly folder: string;
  /** As the environment says, or its name when it does not. */
  readonly production: boolean;
  readonly synthesis: Synthesis;
  readonly planeFolders: PlaneFolders;
}

/** Loads the config, and makes the Stack of one environment: for the local plane with its own domain, and nothing else different. */
export async function openProject(options: LocalOptions, io: Io): Promise<Project> {
  const { file, input } = await loadConfig({ cwd: io.cwd, file: options.config, landfall });
  const project = validateProject(input);
  const folder = dirname(file);
  const domain = options.local === true ? `${project.project}.localhost` : undefined;
  const config = resolveConfig(project, options.env, domain === undefined ? {} : { domain });
  const { production } = config;
  return { folder, production, synthesis: synthesise(config, layers), planeFolders: planeFolders(folder, options.env) };
}

/** Absolute folder of the config file, for commands that need no Stack. */
export async function projectFolder(options: LocalOptions, io: Io): Promise<string> {
  return (await openProject(options, io)).folder;
}

import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.js';
import { validateProject } from '../../src/config/problems.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { layers } from '../../src/layers/registry.js';
import type { ArtifactFile } from '../../src/stack/layer.js';
import { artifactFiles, synthesise, type Synthesis } from '../../src/stack/synth.js';

/** The config of one of the examples. */
export async function exampleConfig(name: 'full' | 'shop'): Promise<unknown> {
  return (await loadConfig({ cwd: join(import.meta.dirname, '..', '..', 'examples', name) })).input;
}

/** The Stack of one environment. */
export const synthesisOf = (input: unknown, environment: string): Synthesis =>
  synthesise(resolveConfig(validateProject(input), environment), layers);

/** The artifact of one environment. */
export const filesOf = (input: unknown, environment: string): readonly ArtifactFile[] =>
  artifactFiles(synthesisOf(input, environment));

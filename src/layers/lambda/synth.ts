import type { Config } from '../../config/config.js';
import type { ArtifactFile, SynthPart } from '../../stack/layer.js';
import { canSleep, hasJobs, type Refs } from '../../stack/refs.js';
import type { AnyResource } from '../../stack/stack.js';
import { bundle } from './bundle.js';
import { databaseInit } from './database-init.js';
import { bundlePath, type BundleName } from './function.js';
import { jobInvoker } from './job-invoker.js';
import { wakeUp } from './wake-up.js';

/** A function, and when an environment has it. */
interface Part {
  readonly name: BundleName;
  readonly wanted: (config: Config) => boolean;
  readonly resources: (config: Config, refs: Refs) => AnyResource[];
}

const parts: readonly Part[] = [
  { name: 'database-init', wanted: ({ postgres }) => postgres !== undefined, resources: databaseInit },
  { name: 'wake-up', wanted: ({ services }) => services.some(canSleep), resources: wakeUp },
  { name: 'job-invoker', wanted: ({ services }) => services.some(hasJobs), resources: jobInvoker },
];

/** The functions: database initialisation, wake-up, scheduled calls, as far as the config needs them. */
export function synth(config: Config, refs: Refs): SynthPart {
  return {
    resources: parts.filter(({ wanted }) => wanted(config)).flatMap(({ resources }) => resources(config, refs)),
  };
}

/** The bundles that the functions refer to. */
export function files(config: Config): readonly ArtifactFile[] {
  return parts
    .filter(({ wanted }) => wanted(config))
    .map(({ name }) => ({ path: bundlePath(name), content: bundle(name).zip }));
}

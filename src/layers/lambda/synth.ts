import type { Config } from '../../config/config.js';
import type { ArtifactFile, SynthPart } from '../../stack/layer.js';
import { canSleep, hasJobs, type Refs } from '../../stack/refs.js';
import { resource, type AnyResource } from '../../stack/stack.js';
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
  const resources = parts.filter(({ wanted }) => wanted(config)).flatMap((part) => part.resources(config, refs));
  return resources.length === 0 ? {} : { resources: [...resources, failures(refs)] };
}

/** Keeps for two weeks what a function was asked to do and, after its retries, has not done. */
function failures(refs: Refs): AnyResource {
  const name = refs.name(80, 'function-failures');
  return resource(refs.functionFailures, {
    name,
    sqs_managed_sse_enabled: true,
    message_retention_seconds: 14 * 24 * 3600,
    tags: { Name: name },
  });
}

/** The bundles that the functions refer to. */
export function files(config: Config): readonly ArtifactFile[] {
  return parts
    .filter(({ wanted }) => wanted(config))
    .map(({ name }) => ({ path: bundlePath(name), content: bundle(name).zip }));
}

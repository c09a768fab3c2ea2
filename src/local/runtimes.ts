import { LandfallError } from '../base/errors.js';
import { layers } from '../layers/registry.js';
import type { TaskRuntime } from './contract/context.js';
import { processRuntime } from './process-runtime.js';

const runtimes: Readonly<Record<string, TaskRuntime>> = Object.fromEntries([
  ['process', processRuntime],
  ...layers.flatMap((layer) => Object.entries(layer.runtimes ?? {})),
]);

/** What runs images of a kind. @throws LandfallError `RUNTIME_UNKNOWN` */
export function runtimeOf(kind: string): TaskRuntime {
  const runtime = runtimes[kind];
  if (runtime !== undefined) return runtime;
  throw new LandfallError({
    code: 'RUNTIME_UNKNOWN',
    message: `The local plane cannot run images of the kind ${kind}.`,
    fix: 'The artifact was made by another version of Landfall: run infra:deploy with this one.',
  });
}

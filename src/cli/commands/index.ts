import type { Argument, Option } from 'commander';
import type { Emit } from '../../base/events.js';
import type { CommonOptions, Io, Outcome } from '../io.js';
import { deploy } from './deploy.js';
import { destroy } from './destroy.js';
import { generate } from './generate.js';
import { logs } from './logs.js';
import { outputs } from './outputs.js';
import { plan } from './plan.js';
import { secretsSet } from './secrets-set.js';
import { status } from './status.js';

/** A command as the program shows it. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  readonly options?: readonly Option[];
  readonly arguments?: readonly Argument[];
  run(options: CommonOptions & { readonly arguments: readonly unknown[] }, io: Io, emit: Emit): Promise<Outcome>;
}

/** Every command, in the order of `--help`. */
export const commands: readonly CommandEntry[] = [generate, plan, deploy, status, outputs, logs, secretsSet, destroy];

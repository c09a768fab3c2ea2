import { Option } from 'commander';
import { bothOrProblems } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import { openAccount } from '../../deploy/aws/account.js';
import type { Confirm } from '../../deploy/run/apply.js';
import type { Target } from '../../deploy/run/workspace.js';
import { findTerraform } from '../../deploy/terraform/find.js';
import type { CommonOptions, Io } from '../io.js';
import { assertConfirmed } from '../prompts.js';
import { paintFor } from '../render/paint.js';
import { renderReview } from '../render/review.js';
import { openProject } from './project.js';

/** Options of what changes an environment on AWS. */
export interface ActOptions {
  readonly yes?: true;
  readonly unlock?: string;
  readonly allowDataLoss: readonly string[];
}

export const yesOption = (): Option => new Option('--yes', 'do not ask (nothing local ever asks)');

export const unlockOption = (): Option =>
  new Option('--unlock <id>', 'free the lock that a killed run left on the state, then go on');

export const noVerifyOption = (): Option => new Option('--no-verify', 'do not request the public addresses at the end');

export const allowDataLossOption = (): Option =>
  new Option('--allow-data-loss <address>', 'let this database, cache or bucket go with its data; may be repeated')
    .default([], 'none')
    .argParser((address: string, before: readonly string[]) => [...before, address]);

/**
 * The environment on AWS that a command line names.
 * @param command what advice on a lock names: it takes `--unlock`
 * @throws LandfallErrors without credentials or Terraform, both at once
 */
export async function openTarget(command: string, options: CommonOptions, io: Io, emit: Emit): Promise<Target> {
  const { synthesis, folder } = await openProject(options, io);
  const [terraform, session] = await bothOrProblems(
    findTerraform(io.env),
    openAccount(synthesis.stack, { signal: io.signal }),
  );
  return {
    synthesis,
    projectFolder: folder,
    session,
    terraform,
    env: io.env,
    emit,
    signal: io.signal,
    retry: commandLine(command, options),
  };
}

/** To copy into a shell, such as `landfall infra:deploy --env dev`. */
export const commandLine = (command: string, { env, config }: CommonOptions): string =>
  ['landfall', command, '--env', env, ...(config === undefined ? [] : ['--config', shellWord(config)])].join(' ');

const shellWord = (text: string): string =>
  /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Shows the review on standard error, then asks unless `--yes` was given. */
export function confirmOn(io: Io, emit: Emit, { yes }: ActOptions): Confirm {
  return async (review, question) => {
    emit({ type: 'pause' });
    io.err(renderReview(review, paintFor(io.color)));
    await assertConfirmed(io.prompts, question, yes === true);
  };
}

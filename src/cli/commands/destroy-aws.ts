import { Option } from 'commander';
import { z } from 'zod';
import type { Emit } from '../../base/events.js';
import { realWaiting } from '../../base/waiting.js';
import { destroyAws } from '../../deploy/run/destroy.js';
import type { Io, Outcome } from '../io.js';
import { confirmOn, openTarget, type ActOptions } from './aws-target.js';
import type { LocalOptions } from './options.js';

export interface AwsDestroyOptions extends LocalOptions, ActOptions {
  readonly arguments: readonly unknown[];
  readonly skipFinalSnapshot?: true;
  readonly withState?: true;
}

export const awsDestroyOptions = (): Option[] => [
  new Option('--skip-final-snapshot', 'keep no last snapshot of the database and of Redis'),
  new Option('--with-state', 'remove the state bucket too, with the records of all deployments'),
];

export const awsDestroyDocument = z.strictObject({
  environment: z.string(),
  destroyed: z.array(z.string()).describe('addresses'),
  remains: z.array(z.string()).describe('ARNs that still carry the environment’s tags'),
});

export async function runAwsDestroy(options: AwsDestroyOptions, io: Io, emit: Emit): Promise<Outcome> {
  const target = await openTarget('infra:destroy', options, io, emit);
  const { destroyed, remains, keptKey } = await destroyAws({
    target,
    waiting: realWaiting(io.signal),
    confirm: confirmOn(io, emit, options),
    allowDataLoss: options.allowDataLoss,
    skipFinalSnapshot: options.skipFinalSnapshot === true,
    withState: options.withState === true,
    unlock: options.unlock,
  });
  const count = destroyed.length === 0 ? 'Nothing was deployed.' : `Destroyed ${String(destroyed.length)} resources.`;
  const left =
    remains.length === 0
      ? 'Nothing carries the environment’s tags any more.'
      : `What still carries its tags:\n${remains.map((arn) => `  ${arn}${arn === keptKey ? noteOnKept(arn) : noteOn(arn)}`).join('\n')}`;
  return {
    document: { environment: options.env, destroyed: destroyed.map(({ address }) => address), remains },
    text: `${count} ${left}\n`,
  };
}

/** What the final snapshots can be read with alone. */
function noteOnKept(arn: string): string {
  const region = arn.split(':')[3] ?? '';
  return ` (the final snapshots are encrypted with it; when they are gone, delete it with: aws kms schedule-key-deletion --region ${region} --key-id ${arn})`;
}

/** What AWS itself keeps for a while, or for ever. */
function noteOn(arn: string): string {
  if (/^arn:[\w-]+:kms:.*:key\//.test(arn))
    return ' (a key: AWS deletes it when its waiting period ends; one that final snapshots need, it keeps)';
  if (/^arn:[\w-]+:ecs:.*:task-definition\//.test(arn))
    return ' (a deleted task definition: AWS lists it until no stopped task refers to it)';
  return '';
}

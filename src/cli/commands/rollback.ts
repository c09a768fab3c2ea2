import { Argument, Option } from 'commander';
import { z } from 'zod';
import { realWaiting } from '../../base/waiting.js';
import { deployAws } from '../../deploy/run/deploy.js';
import { awsStages } from '../../deploy/run/real-stages.js';
import { rollbackTo, type Rollback } from '../../deploy/rollback.js';
import { listRecords, unfinishedDeployment } from '../../deploy/records.js';
import { stateBucketName } from '../../deploy/state/bucket.js';
import type { CommonOptions } from '../io.js';
import { renderTable } from '../render/table.js';
import { confirmOn, noVerifyOption, openTarget, unlockOption, yesOption, type ActOptions } from './aws-target.js';
import type { CommandEntry } from './index.js';

interface Options extends CommonOptions, ActOptions {
  readonly arguments: readonly unknown[];
  readonly to?: string;
  readonly list?: true;
  readonly verify: boolean;
}

const text = z.string();

export const rollback: CommandEntry = {
  name: 'infra:rollback',
  description: 'Deploy the images of an earlier deployment again',
  document: z.strictObject({
    to: text.nullable().describe('null with --list'),
    changes: z.array(z.strictObject({ service: text, from: text.nullable(), to: text })),
    deployments: z.array(z.strictObject({ id: text, at: text, by: text })).describe('newest first; with --list alone'),
  }),
  arguments: [new Argument('[services...]', 'only these services')],
  options: [
    new Option('--to <id>', 'the deployment to go back to (default: the last one with other images)'),
    new Option('--list', 'only show the deployments that there were'),
    noVerifyOption(),
    unlockOption(),
    yesOption(),
  ],
  async run(given, io, emit) {
    const options = given as Options;
    const target = await openTarget('infra:rollback', options, io, emit);
    const bucket = stateBucketName(target.synthesis.manifest, target.session.accountId);
    const records = await listRecords(target.session, bucket, 100);
    const deployments = records.map(({ id, at, by }) => ({ id, at, by }));
    if (options.list === true) {
      const rows = deployments.map(({ id, at, by }) => [id, at, by]);
      return {
        document: { to: null, changes: [], deployments },
        text: `${renderTable(['deployment', 'at (UTC)', 'by'], rows)}\n`,
      };
    }
    const services = options.arguments.flat().map(String);
    const unfinished = (await unfinishedDeployment(target.session, bucket)) !== undefined;
    const known = target.synthesis.manifest.images.map(({ service }) => service);
    const plan = rollbackTo(records, { id: options.to, services, known, unfinished });
    emit({ type: 'log', source: 'rollback', line: `to ${plan.record.id} of ${plan.record.at}` });
    for (const change of plan.changes) emit({ type: 'log', source: 'rollback', line: describe(change) });
    const waiting = realWaiting(io.signal);
    await deployAws({
      target,
      stages: awsStages(waiting),
      waiting,
      confirm: confirmOn(io, emit, options),
      services: plan.changes.map(({ service }) => service),
      images: Object.fromEntries(plan.changes.map(({ service, to }) => [service, to])),
      contents: Object.fromEntries(
        plan.changes.map(({ service }) => [service, plan.record.images[service]?.content] as const),
      ),
      refresh: false,
      unlock: options.unlock,
      allowDataLoss: [],
      migrate: false,
      verify: options.verify,
    });
    return {
      document: { to: plan.record.id, changes: [...plan.changes], deployments: [] },
      text: `Rolled back: ${plan.changes.map(({ service }) => service).join(', ')} as deployed ${plan.record.at}.\nThe code here is still the newer one: take its change back too, or the next infra:deploy brings it again.\n`,
    };
  },
};

const describe = ({ service, from, to }: Rollback['changes'][number]): string =>
  `${service}: ${from ?? 'whatever runs'} → ${to}`;

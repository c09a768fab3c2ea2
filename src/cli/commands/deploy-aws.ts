import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { Emit } from '../../base/events.js';
import { realWaiting } from '../../base/waiting.js';
import { deployAws, type DeployResult } from '../../deploy/run/deploy.js';
import { awsStages } from '../../deploy/run/real-stages.js';
import type { Io, Outcome } from '../io.js';
import { renderTable } from '../render/table.js';
import { confirmOn, noVerifyOption, openTarget, type ActOptions } from './aws-target.js';
import type { LocalOptions } from './options.js';

export interface AwsDeployOptions extends LocalOptions, ActOptions {
  readonly image: Readonly<Record<string, string>>;
  readonly refresh?: true;
  readonly verify: boolean;
  readonly arguments: readonly unknown[];
}

export const awsDeployOptions = (): Option[] => [
  new Option(
    '--image <service=digest>',
    'take this image from the service’s repository instead of building; repeatable',
  )
    .default({}, 'none')
    .argParser(imageOf),
  new Option('--refresh', 'read every resource of AWS, even when nothing of the project has changed'),
  noVerifyOption(),
];

function imageOf(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [service = '', digest] = text.split('=');
  if (digest === undefined) throw new InvalidArgumentError('It is a service, = and a digest: api=sha256:….');
  return { ...before, [service]: digest };
}

/** What a deploy to AWS prints with `--json`. */
export const awsDeployDocument = z.strictObject({
  environment: z.string(),
  changed: z.boolean().describe('false when everything was deployed already'),
  changes: z.array(z.strictObject({ address: z.string(), action: z.enum(['create', 'update', 'replace', 'delete']) })),
  images: z.record(z.string(), z.strictObject({ digest: z.string(), built: z.boolean() })),
  sites: z.array(
    z.strictObject({
      service: z.string(),
      uploaded: z.int(),
      deleted: z.int(),
      invalidated: z.array(z.string()),
    }),
  ),
  endpoints: z.record(z.string(), z.string()),
  seconds: z.record(z.string(), z.number()).describe('by stage'),
});

export async function runAwsDeploy(options: AwsDeployOptions, io: Io, emit: Emit): Promise<Outcome> {
  const services = options.arguments.flat().map(String);
  const started = performance.now();
  const target = await openTarget('infra:deploy', options, io, emit);
  const waiting = realWaiting(io.signal);
  const result = await deployAws({
    target,
    stages: awsStages(waiting),
    waiting,
    confirm: confirmOn(io, emit, options),
    services,
    images: options.image,
    refresh: options.refresh === true,
    unlock: options.unlock,
    allowDataLoss: options.allowDataLoss,
    migrate: true,
    verify: options.verify,
  });
  const { environment, endpoints } = target.synthesis.manifest;
  const urls = Object.fromEntries(endpoints.map(({ name, host }) => [name, `https://${host}`]));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return {
    document: { environment, endpoints: urls, ...documentOf(result) },
    text: `${titleOf(result, services, seconds)}\n${renderTable(['what', 'where'], Object.entries(urls))}\n`,
  };
}

function documentOf({ changed, changes, images, sites, seconds }: DeployResult) {
  return {
    changed,
    changes: changes.map(({ address, action }) => ({ address, action })),
    images: Object.fromEntries(
      Object.entries(images).map(([service, { digest, built }]) => [service, { digest, built }]),
    ),
    sites,
    seconds,
  };
}

function titleOf({ changed, seconds }: DeployResult, services: readonly string[], all: string): string {
  const what = services.length === 0 ? 'everything is deployed' : `${services.join(', ')}: deployed as configured`;
  if (!changed) return `No changes: ${what} (${all} s). What was changed by hand is found with --refresh.`;
  const stages = Object.entries(seconds).map(([stage, time]) => `${stage} ${time.toFixed(1)} s`);
  return `Deployed in ${all} s (${stages.join(', ')}).`;
}

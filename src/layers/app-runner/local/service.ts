import { createHash, randomBytes } from 'node:crypto';
import { LandfallError } from '../../../base/errors.js';
import type { LocalContext } from '../../../local/contract/context.js';
import type { ManifestImage } from '../../../stack/manifest.js';
import type { LocalBehaviour } from '../../../stack/layer.js';
import { scalingSchema, serviceSchema, type ServiceArgs } from './arguments.js';
import { instanceEnvironment } from './environment.js';
import { Front } from './front.js';
import { InstanceSet } from './instance-set.js';
import { migrateOnce } from './migrate.js';

/** A service: its instances run as local processes, behind a host name of their own. */
export const appRunnerService: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Scaling (as many instances run as the least), CPU and memory, roles, the VPC connector; TCP checks ask for /.',

  async apply({ args: resolved, name }, ctx) {
    const args = serviceSchema.parse(resolved);
    const image = imageOf(args, ctx);
    const id = createHash('sha256').update(args.service_name).digest('hex').slice(0, 32);
    const arn = `arn:aws:apprunner:${ctx.region}:${ctx.accountId}:service/${args.service_name}/${id}`;
    // https://docs.aws.amazon.com/apprunner/latest/api/API_Service.html (not re-read): a host name without scheme.
    const host = `${name.replaceAll('_', '-')}.${ctx.region}.awsapprunner.localhost`;
    const environment = () => instanceEnvironment(args, ctx);
    await migrateOnce(image, imageIdentifier(args), environment, ctx);
    const set = new InstanceSet({
      service: image.service,
      address: ctx.address,
      clock: ctx.clock,
      emit: ctx.emit,
      check: args.health_check_configuration[0],
      start: async () => startInstance(image, args, await environment(), ctx),
    });
    await set.open(leastInstances(args, ctx), ctx.signal);
    const before = instanceSets.get(ctx.processes)?.get(ctx.address);
    remember(ctx, set);
    const front = new Front({ host, arn, ctx, next: () => set.next() });
    ctx.provide('service', { desiredCount: leastInstances(args, ctx), tasks: () => set.tasks() });
    ctx.publish(host, 443, front);
    // Hosts of nobody come to one of the services, which says that they are not its own.
    await ctx.listen('app-runner', { tls: true, hosts: [host, '*'] }, front);
    await before?.stop();
    return {
      id: arn,
      arn,
      service_id: id,
      service_name: args.service_name,
      service_url: host,
      status: 'RUNNING',
      ...(image.migrate !== undefined && { migrated: imageIdentifier(args) }),
    };
  },

  stop: (_resolved, ctx) => stopInstances(ctx),
  destroy: (_resolved, ctx) => stopInstances(ctx),
};

/** Each change is a new revision. @see https://docs.aws.amazon.com/apprunner/latest/api/API_CreateAutoScalingConfiguration.html (not re-read) */
export const scalingConfiguration: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Nothing scales: as many instances run as min_size says.',
  replaced: true,
  apply({ args }, ctx) {
    const { auto_scaling_configuration_name: name } = scalingSchema.parse(args);
    const revision = Number(ctx.prior?.['auto_scaling_configuration_revision'] ?? 0) + (ctx.changed ? 1 : 0);
    const arn = `arn:aws:apprunner:${ctx.region}:${ctx.accountId}:autoscalingconfiguration/${name}/${String(revision)}`;
    return Promise.resolve({ id: arn, arn, auto_scaling_configuration_revision: revision });
  },
};

/** Instances that run, by plane (each has one `processes`) and service. */
const instanceSets = new WeakMap<LocalContext['processes'], Map<string, InstanceSet>>();

function remember(ctx: LocalContext, set: InstanceSet): void {
  const sets = instanceSets.get(ctx.processes) ?? new Map<string, InstanceSet>();
  instanceSets.set(ctx.processes, sets.set(ctx.address, set));
}

async function stopInstances(ctx: LocalContext): Promise<void> {
  const sets = instanceSets.get(ctx.processes);
  const set = sets?.get(ctx.address);
  sets?.delete(ctx.address);
  await set?.stop();
}

function leastInstances({ auto_scaling_configuration_arn: arn }: ServiceArgs, ctx: LocalContext): number {
  const address = arn === undefined ? undefined : ctx.addressOf('arn', arn);
  return address === undefined ? 1 : scalingSchema.parse(ctx.argumentsOf(address)).min_size;
}

const imageIdentifier = ({ source_configuration: [{ image_repository }] }: ServiceArgs) =>
  image_repository[0].image_identifier;

/** The manifest's entry whose repository the image names. */
function imageOf(args: ServiceArgs, ctx: LocalContext): ManifestImage {
  const [url = ''] = imageIdentifier(args).split('@');
  const repository = ctx.addressOf('repository_url', url);
  const image = ctx.manifest.images.find((candidate) => candidate.repository === repository);
  if (image !== undefined) return image;
  throw new LandfallError({
    code: 'IMAGE_UNKNOWN',
    message: `${ctx.address} uses the image ${imageIdentifier(args)}, which this project does not build.`,
    fix: 'Locally, App Runner runs the project’s own services.',
    path: ctx.address,
  });
}

const startInstance = (
  image: ManifestImage,
  args: ServiceArgs,
  env: Readonly<Record<string, string>>,
  ctx: LocalContext,
) =>
  ctx.runtime(image.kind === 'nextjs' ? 'next' : image.runtime).start(
    {
      id: `${image.service}-${randomBytes(3).toString('hex')}`,
      service: image.service,
      env,
      containerPort: Number(args.source_configuration[0].image_repository[0].image_configuration?.[0].port ?? '8080'),
      stopSignal: 'SIGTERM',
      stopTimeoutSeconds: 30,
    },
    ctx,
  );

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { LandfallError, messageOf } from '../../base/errors.js';
import type { Emit, LandfallEvent } from '../../base/events.js';
import { realWaiting, type Waiting } from '../../base/waiting.js';
import type { Manifest } from '../../stack/manifest.js';
import type { AwsSession } from '../aws/session.js';
import { chooseBuilder } from './builders/find.js';
import type { Builder } from './builders/builder.js';
import { diskFull, isDiskFull } from './builders/problems.js';
import { basesIn } from './content-hashes.js';
import { stage } from './context.js';
import { openLogin, type RegistryLogin } from './credentials.js';
import { planImage, type ImagePlan, type PlanFolders } from './plan.js';
import { parseReference, type ImageReference } from './reference.js';
import { manifestDigest } from './registry.js';
import { buildSecrets, hiding } from './secrets.js';
import { withWorkFolder } from './work-folder.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface BuildImages extends PlanFolders {
  readonly manifest: Pick<Manifest, 'images'>;
  readonly session: Pick<AwsSession, 'client'>;
  /** By service, the URL of its repository without a tag. */
  readonly repositories: Readonly<Record<string, string>>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Services whose images are made; default: all. */
  readonly only?: readonly string[] | undefined;
  /** `LANDFALL_BUILDER`, `LANDFALL_NODE_IMAGE`, `LANDFALL_KONG_IMAGE` and the user's own. Default: this process's. */
  readonly env?: Environment;
  /** Default: the machine's clock. */
  readonly waiting?: Waiting;
}

export interface BuiltImage {
  /** `sha256:…`, as the registry has it. */
  readonly digest: string;
  /** False when the registry had it already. */
  readonly built: boolean;
  /** Hash of all that it is made from. */
  readonly content: string;
}

/** Where and with what images are made. */
interface Workshop extends Pick<BuildImages, 'emit' | 'signal'> {
  /** Gone when all are made. */
  readonly folder: string;
  readonly env: Environment;
  readonly waiting: Waiting;
  /** To the repositories' registry. */
  readonly login: RegistryLogin;
  builder(): Promise<Builder>;
}

/** At the same time: each build keeps one or two processors busy. */
const parallelBuilds = 2;

/**
 * Makes the images that the registry does not have yet and pushes them. The tag `content-<hash>`, over everything that an image is made from, is
 * the memory: what has it is not built.
 * @throws LandfallError the first failure; builds under way are stopped
 */
export async function buildImages(request: BuildImages): Promise<Readonly<Record<string, BuiltImage>>> {
  const { manifest, only, repositories, session, artifactFolder, env = process.env } = request;
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const waiting = request.waiting ?? realWaiting(signal);
  const images = manifest.images.filter(({ service }) => only === undefined || only.includes(service));
  const plans = await Promise.all(images.map((image) => planImage(image, request, basesIn(env))));
  const targets = plans.map((plan) => [plan, targetOf(plan, repositories)] as const);
  const login = await openLogin(session, signal);
  const builder = once(() => signedIn(env, waiting, login, new Set(targets.map(([, { host }]) => host)), signal));
  return withWorkFolder(join(artifactFolder, 'building.json'), async (folder) => {
    const workshop = { folder, emit: request.emit, signal, env, waiting, login, builder };
    const limit = pLimit(parallelBuilds);
    const made = targets.map(
      async ([plan, target]) => [plan.service, await find(plan, target, workshop, limit)] as const,
    );
    return Object.fromEntries(await allOrStop(made, stop));
  });
}

/** The image as the registry has it, else made now. */
async function find(plan: ImagePlan, target: ImageReference, workshop: Workshop, limit: Limit): Promise<BuiltImage> {
  const known = await digestOf(target, workshop);
  const { hash: content } = plan;
  if (known === undefined) return { digest: await limit(() => make(plan, target, workshop)), built: true, content };
  workshop.emit({ ...stepOf(plan), status: 'unchanged', detail: known });
  return { digest: known, built: false, content };
}

type Limit = ReturnType<typeof pLimit>;

/** What the repositories' registry has; credentials that it refuses are replaced once. */
async function digestOf(image: ImageReference, { login, signal }: Workshop): Promise<string | undefined> {
  const { credentials } = login;
  try {
    return await manifestDigest(image, { credentials, signal });
  } catch (error) {
    if (!(error instanceof LandfallError && error.code === 'REGISTRY_REFUSED')) throw error;
    return manifestDigest(image, { credentials: await login.renew(credentials), signal });
  }
}

/** All results; the first failure stops the rest, which have ended when it is thrown. */
async function allOrStop<T>(promises: readonly Promise<T>[], stop: AbortController): Promise<readonly T[]> {
  try {
    return await Promise.all(promises);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(promises);
    throw error;
  }
}

/** The tag under which an image with this content is found again. */
function targetOf({ service, hash }: ImagePlan, repositories: BuildImages['repositories']): ImageReference {
  const url = repositories[service];
  if (url === undefined) {
    throw new LandfallError({
      code: 'REPOSITORY_MISSING',
      message: `The service ${service} has no image repository yet.`,
      fix: 'Run infra:deploy without naming services: it makes repositories first.',
      path: `services.${service}`,
    });
  }
  return { ...parseReference(url), tag: `content-${hash.slice(0, 40)}` };
}

/** A builder that may push to these registries. */
async function signedIn(
  env: Environment,
  waiting: Waiting,
  login: RegistryLogin,
  hosts: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Builder> {
  const { builder } = await chooseBuilder(env['LANDFALL_BUILDER'], waiting);
  for (const host of hosts) await builder.login(host, login.credentials, signal);
  return builder;
}

async function make(plan: ImagePlan, target: ImageReference, workshop: Workshop): Promise<string> {
  const { emit, signal, waiting } = workshop;
  signal.throwIfAborted();
  const builder = await workshop.builder();
  const step = stepOf(plan);
  const started = waiting.now();
  emit({ ...step, status: 'started', detail: builder.name });
  try {
    await buildIn(join(workshop.folder, plan.service), builder, plan, target, workshop);
    const digest = await digestOf(target, workshop);
    if (digest === undefined) throw notThere(plan, target);
    emit({ ...step, status: 'done', detail: digest, milliseconds: waiting.now() - started });
    return digest;
  } catch (error) {
    emit({ ...step, status: 'failed' });
    const isOwn = !(error instanceof LandfallError) && isDiskFull([messageOf(error)]);
    throw isOwn ? diskFull(plan.service, builder.name, [messageOf(error)]) : error;
  }
}

async function buildIn(folder: string, builder: Builder, plan: ImagePlan, target: ImageReference, workshop: Workshop) {
  const { emit, signal, env, waiting, login } = workshop;
  if (plan.source.type === 'dockerfile' && !builder.followsDockerfiles) throw needsDockerfileBuilder(plan);
  await mkdir(folder);
  await stage(plan.context, join(folder, 'context'));
  await writeFile(join(folder, 'Dockerfile'), plan.dockerfile);
  const none = { files: {}, values: [] };
  const secrets = plan.source.type === 'recipe' ? await buildSecrets(plan.context.root, folder, env) : none;
  await builder.buildAndPush({
    service: plan.service,
    folder,
    platform: plan.platform,
    target,
    source: plan.source,
    secrets: secrets.files,
    login,
    say: (line) => emit({ ...stepOf(plan), status: 'progress', detail: line }),
    hide: hiding([...secrets.values, login.credentials.password]),
    signal,
    waiting,
    ...(plan.base && {
      base: { argument: plan.base.argument, image: await pinned(plan.base.name, target.host, plan, workshop) },
    }),
  });
  await rm(folder, { recursive: true, force: true });
}

/** The base image by the digest that its name has now. A registry that does not tell, such as one that this builder alone is signed in to, is a warning. */
async function pinned(name: string, ownHost: string, { service }: ImagePlan, workshop: Workshop) {
  const { emit, signal } = workshop;
  const image = parseReference(name);
  if (image.digest !== undefined) return image;
  try {
    const isOwn = image.host === ownHost;
    const digest = await (isOwn ? digestOf(image, workshop) : manifestDigest(image, { signal }));
    if (digest !== undefined) return { ...image, digest };
    emit(notPinned(name, service, `The registry ${image.host} has no such image.`));
  } catch (error) {
    signal.throwIfAborted();
    emit(notPinned(name, service, messageOf(error)));
  }
  return image;
}

const notPinned = (name: string, service: string, why: string): LandfallEvent => ({
  type: 'warning',
  problem: {
    code: 'BASE_IMAGE_NOT_PINNED',
    message: `The base image ${name} of ${service} is built upon by name, not by digest: ${why}`,
    fix: 'Nothing, if the builder itself may read it; else correct its name.',
  },
});

const stepOf = ({ service }: ImagePlan) =>
  ({ type: 'step', id: `image ${service}`, label: `image ${service}` }) as const;

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function notThere({ service }: ImagePlan, { host, repository }: ImageReference): LandfallError {
  return new LandfallError({
    code: 'IMAGE_NOT_PUSHED',
    message: `The image of ${service} was pushed, but ${host}/${repository} does not have it.`,
    fix: 'Deploy again; if it stays so, look into the registry.',
    path: `services.${service}`,
  });
}

function needsDockerfileBuilder({ service }: ImagePlan): LandfallError {
  return new LandfallError({
    code: 'BUILDER_MISSING',
    message: `The service ${service} has a Dockerfile of its own, and no program on this machine follows Dockerfiles.`,
    fix: 'Install and start one of Docker (with buildx), Podman or Buildah; or remove the Dockerfile: Landfall then makes the image without a daemon.',
    path: `services.${service}`,
  });
}

import { LandfallError } from '../../../base/errors.js';
import type { Waiting } from '../../../base/waiting.js';
import { probe } from '../run-tool.js';
import { buildah } from './buildah.js';
import { builderNames, type Builder, type BuilderName } from './builder.js';
import { containerify } from './containerify.js';
import { docker } from './docker.js';

/** A command line that ends well where a builder works, and what it means when it does not. */
interface Probe {
  readonly args: readonly string[];
  readonly otherwise: string;
}

/** A `docker` without an engine or without buildx builds nothing. */
const probes: Readonly<Record<Exclude<BuilderName, 'containerify'>, readonly Probe[]>> = {
  docker: [
    { args: ['version', '--format', '{{.Server.Version}}'], otherwise: 'its engine does not answer' },
    { args: ['buildx', 'version'], otherwise: 'its plugin buildx is not installed' },
  ],
  podman: [{ args: ['info'], otherwise: 'podman info fails' }],
  buildah: [{ args: ['info'], otherwise: 'buildah info fails' }],
};

/** What builds images on a machine. */
export interface BuilderChoice {
  readonly builder: Builder;
  /** Those that come before it in order, and why they are not used. */
  readonly passedOver: readonly { readonly name: BuilderName; readonly reason: string }[];
}

/**
 * What builds images on this machine: `chosen`, or the first of docker, podman and buildah that works. `containerify` is part of Landfall and
 * always works, but follows no Dockerfile.
 * @param chosen the value of `LANDFALL_BUILDER`
 * @throws LandfallError `BUILDER_UNKNOWN`, `BUILDER_NOT_WORKING`
 */
export async function chooseBuilder(chosen: string | undefined, waiting: Waiting): Promise<BuilderChoice> {
  if (chosen !== undefined && chosen !== '') {
    const name = builderNames.find((one) => one === chosen);
    if (name === undefined) throw unknown(chosen);
    const reason = await lackOf(name);
    if (name !== 'containerify' && reason !== undefined) throw notWorking(name, reason);
    return { builder: builderOf(name, waiting), passedOver: [] };
  }
  const passedOver: { name: BuilderName; reason: string }[] = [];
  for (const name of builderNames) {
    const reason = await lackOf(name);
    if (reason === undefined) return { builder: builderOf(name, waiting), passedOver };
    passedOver.push({ name, reason });
  }
  return { builder: builderOf('containerify', waiting), passedOver };
}

/** Why a builder does not work here; undefined when it does. */
async function lackOf(name: BuilderName): Promise<string | undefined> {
  if (name === 'containerify') return undefined;
  for (const { args, otherwise } of probes[name]) {
    const outcome = await probe(name, args);
    if (outcome !== 'well') return outcome === 'absent' ? 'not installed' : otherwise;
  }
  return undefined;
}

/** In one line: the builder, and why none of those before it is used. */
export function describeChoice({ builder, passedOver }: BuilderChoice): string {
  const own = builder.followsDockerfiles
    ? builder.name
    : `${builder.name} (part of Landfall; it follows no Dockerfile)`;
  const others = passedOver.map(({ name, reason }) => `${name}: ${reason}`);
  return others.length === 0 ? own : `${own}; not used: ${others.join(', ')}`;
}

function builderOf(name: BuilderName, waiting: Waiting): Builder {
  switch (name) {
    case 'docker':
      return docker(waiting);
    case 'podman':
    case 'buildah':
      return buildah(name, waiting);
    case 'containerify':
      return containerify;
  }
}

function unknown(name: string): LandfallError {
  return new LandfallError({
    code: 'BUILDER_UNKNOWN',
    message: `LANDFALL_BUILDER is ${name}, which is no image builder that Landfall knows.`,
    fix: `Set it to one of ${builderNames.join(', ')}, or unset it.`,
  });
}

function notWorking(name: Exclude<BuilderName, 'containerify'>, reason: string): LandfallError {
  const commands = probes[name].map(({ args }) => [name, ...args].join(' ')).join(' and ');
  return new LandfallError({
    code: 'BUILDER_NOT_WORKING',
    message: `LANDFALL_BUILDER is ${name}, but ${name} does not work on this machine: ${reason}.`,
    fix: `Make sure that ${commands} end well, or unset LANDFALL_BUILDER.`,
  });
}

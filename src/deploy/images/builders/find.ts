import { LandfallError } from '../../../base/errors.js';
import type { Waiting } from '../../../base/waiting.js';
import { answers } from '../run-tool.js';
import { buildah } from './buildah.js';
import { builderNames, type Builder, type BuilderName } from './builder.js';
import { containerify } from './containerify.js';
import { docker } from './docker.js';

/** What tells that a builder works here. A `docker` without an engine or without buildx builds nothing. */
const probes: Readonly<Record<Exclude<BuilderName, 'containerify'>, readonly (readonly string[])[]>> = {
  docker: [
    ['version', '--format', '{{.Server.Version}}'],
    ['buildx', 'version'],
  ],
  podman: [['info']],
  buildah: [['info']],
};

/**
 * What builds images on this machine: `chosen`, or the first of docker, podman and buildah that works. `containerify` is part of Landfall and
 * always works, but follows no Dockerfile.
 * @param chosen the value of `LANDFALL_BUILDER`
 * @throws LandfallError `BUILDER_UNKNOWN`, `BUILDER_NOT_WORKING`
 */
export async function chooseBuilder(chosen: string | undefined, waiting: Waiting): Promise<Builder> {
  if (chosen !== undefined && chosen !== '') {
    const name = builderNames.find((one) => one === chosen);
    if (name === undefined) throw unknown(chosen);
    if (name !== 'containerify' && !(await works(name))) throw notWorking(name);
    return builderOf(name, waiting);
  }
  for (const name of builderNames) if (await works(name)) return builderOf(name, waiting);
  return builderOf('containerify', waiting);
}

async function works(name: BuilderName): Promise<boolean> {
  if (name === 'containerify') return true;
  for (const args of probes[name]) if (!(await answers(name, args))) return false;
  return true;
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

function notWorking(name: Exclude<BuilderName, 'containerify'>): LandfallError {
  const commands = probes[name].map((args) => [name, ...args].join(' ')).join(' and ');
  return new LandfallError({
    code: 'BUILDER_NOT_WORKING',
    message: `LANDFALL_BUILDER is ${name}, but ${name} does not work on this machine.`,
    fix: `Make sure that ${commands} end well (is its engine running?), or unset LANDFALL_BUILDER.`,
  });
}

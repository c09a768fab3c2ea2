import { join } from 'node:path';
import type { Waiting } from '../../../base/waiting.js';
import { fullName } from '../reference.js';
import { build, loginWith, push, type Builder, type BuildOrder } from './builder.js';

/**
 * Docker with BuildKit. With BuildKit 0.13 and an image store that rewrites dates (`docker-container` builders, containerd's store) the same
 * source gives the same digest.
 * @see https://docs.docker.com/build/ci/github-actions/reproducible-builds/ (not re-read)
 */
export const docker = (waiting: Waiting): Builder => ({
  name: 'docker',
  followsDockerfiles: true,
  login: (host, credentials, signal) => loginWith('docker', host, credentials, signal, waiting),
  buildAndPush: async (order) => {
    await build(order, 'docker', [...arguments_(order), '--output', 'type=cacheonly', join(order.folder, 'context')]);
    const output = `type=image,name=${fullName(order.target)},push=true,rewrite-timestamp=true`;
    await push(order, 'docker', [...arguments_(order), '--output', output, join(order.folder, 'context')]);
  },
});

function arguments_({ folder, platform, base, secrets }: BuildOrder): readonly string[] {
  return [
    'buildx',
    'build',
    '--progress=plain',
    // Attestations hold dates.
    '--provenance=false',
    '--sbom=false',
    `--platform=${platform}`,
    `--file=${join(folder, 'Dockerfile')}`,
    '--build-arg=SOURCE_DATE_EPOCH=0',
    ...(base === undefined ? [] : [`--build-arg=${base.argument}=${fullName(base.image)}`]),
    ...Object.entries(secrets).map(([id, file]) => `--secret=id=${id},src=${file}`),
  ];
}

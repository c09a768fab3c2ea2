import { join } from 'node:path';
import type { Waiting } from '../../../base/waiting.js';
import { fullName, isLoopback } from '../reference.js';
import type { RegistryCredentials } from '../registry.js';
import { build, loginWith, push, type Builder, type BuildOrder } from './builder.js';

/**
 * Podman or Buildah, which take the same options and need no daemon. Dates in the image are fixed: the same source gives the same digest.
 * @see https://github.com/containers/buildah/blob/main/docs/buildah-build.1.md (not re-read)
 */
export const buildah = (name: 'podman' | 'buildah', waiting: Waiting): Builder => ({
  name,
  followsDockerfiles: true,
  login: (host, credentials, signal) => signIn(name, host, credentials, { signal, waiting }),
  buildAndPush: async (order) => {
    const image = fullName(order.target);
    await build(order, name, [...arguments_(order), `--tag=${image}`, join(order.folder, 'context')]);
    await push(order, {
      name,
      program: name,
      args: ['push', ...withoutTls(order), image, `docker://${image}`],
      signIn: (credentials) => signIn(name, order.target.host, credentials, order),
    });
  },
});

const signIn = (
  name: string,
  host: string,
  credentials: RegistryCredentials,
  run: Pick<BuildOrder, 'signal' | 'waiting'>,
) => loginWith(name, isLoopback(host) ? ['--tls-verify=false'] : [], host, credentials, run);

function arguments_(order: BuildOrder): readonly string[] {
  const { folder, platform, base, secrets } = order;
  return [
    'build',
    '--timestamp=0',
    '--layers',
    // A build that fails would leave its containers behind.
    '--force-rm',
    `--platform=${platform}`,
    `--file=${join(folder, 'Dockerfile')}`,
    ...withoutTls(order),
    ...(base === undefined ? [] : [`--build-arg=${base.argument}=${fullName(base.image)}`]),
    ...Object.entries(secrets).map(([id, file]) => `--secret=id=${id},src=${file}`),
  ];
}

const withoutTls = ({ target, base }: BuildOrder): readonly string[] =>
  isLoopback(target.host) || (base !== undefined && isLoopback(base.image.host)) ? ['--tls-verify=false'] : [];

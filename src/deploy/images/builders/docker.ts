import { join } from 'node:path';
import type { Waiting } from '../../../base/waiting.js';
import { fullName } from '../reference.js';
import { runTool } from '../run-tool.js';
import { build, loginWith, push, type Builder, type BuildOrder } from './builder.js';

/**
 * Docker with BuildKit. With BuildKit 0.13 in a builder of its own (`docker-container`) the same source gives the same digest.
 * @see https://docs.docker.com/build/ci/github-actions/reproducible-builds/ (not re-read)
 */
export const docker = (waiting: Waiting): Builder => ({
  name: 'docker',
  followsDockerfiles: true,
  login: (host, credentials, signal) => loginWith('docker', [], host, credentials, { signal, waiting }),
  buildAndPush: async (order) => {
    await build(order, 'docker', [...arguments_(order), '--output', 'type=cacheonly', join(order.folder, 'context')]);
    const dates = (await isEngine(order.signal)) ? '' : ',rewrite-timestamp=true';
    const output = `type=image,name=${fullName(order.target)},push=true${dates}`;
    await push(order, {
      name: 'docker',
      program: 'docker',
      args: [...arguments_(order), '--output', output, join(order.folder, 'context')],
      signIn: (credentials) => loginWith('docker', [], order.target.host, credentials, order),
    });
  },
});

/**
 * Whether the engine itself builds. It unpacks what it builds, so with containerd's image store it refuses to set the dates of files, and with the
 * older store it does not set them: `exporter option "rewrite-timestamp" conflicts with "unpack"`.
 */
async function isEngine(signal: AbortSignal): Promise<boolean> {
  const lines: string[] = [];
  await runTool('docker', ['buildx', 'inspect'], { signal, say: (line) => lines.push(line) });
  return lines.some((line) => /^Driver:\s+docker$/.test(line));
}

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

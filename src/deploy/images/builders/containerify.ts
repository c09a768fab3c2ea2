import { createRequire } from 'node:module';
import { join } from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import { imageRoot, imageUser } from '../dockerfile.js';
import type { GatewayImage } from '../gateway-image.js';
import { registryUrl, type ImageReference } from '../reference.js';
import { baseImage, basicOf, type BaseImage, type RegistryCredentials } from '../registry.js';
import { push, type Builder, type BuildOrder } from './builder.js';
import { layoutOf, startScript } from './host-build.js';
import { buildFailed } from './problems.js';

/**
 * No daemon and no container: what an image holds is made on this machine with the project's own package manager and laid upon the base image.
 * A Dockerfile of the user's own is not followed. Native modules are those of this machine: it should be Linux, with the image's processor.
 */
export const containerify: Builder = {
  name: 'containerify',
  followsDockerfiles: false,
  login: () => Promise.resolve(),
  buildAndPush: async (order) => {
    const { source, base, login, signal } = order;
    if (source.type === 'dockerfile' || base === undefined) {
      throw buildFailed(order, 'containerify', ['It has a Dockerfile of its own.']);
    }
    const isSameRegistry = base.image.host === order.target.host;
    const from = await baseImage(base.image, order.platform, {
      signal,
      ...(isSameRegistry && { credentials: login.credentials }),
    });
    const content =
      source.type === 'gateway' ? gatewayContent(order, source.gateway) : await serviceContent(order, from, source);
    await layer(order, base.image, from, content);
  },
};

/** The options of containerify that say what is laid upon the base. @see https://www.npmjs.com/package/containerify (read 2026-11-28) */
interface Content {
  readonly folder: string;
  readonly customContent: readonly string[];
  readonly extraContent?: Readonly<Record<string, string>>;
  readonly envs: Readonly<Record<string, string>>;
  readonly layerOwner?: string;
  readonly workdir?: string;
  readonly user?: string;
  readonly entrypoint?: string;
}

const gatewayContent = ({ folder }: BuildOrder, { copies, env }: GatewayImage): Content => ({
  folder: join(folder, 'context'),
  customContent: copies.map(({ from, to }) => `${from}:${to}`),
  envs: env,
});

type RecipeSource = Extract<BuildOrder['source'], { type: 'recipe' }>;

async function serviceContent(order: BuildOrder, from: BaseImage, source: RecipeSource): Promise<Content> {
  const { recipe } = source;
  const layers = await layoutOf(order, source);
  const script = await startScript(order.folder, recipe.command, from.command);
  const [first, ...rest] = [...layers, script] as const;
  const place = (name: string): string => (name === script ? '/landfall' : imageRoot);
  return {
    folder: order.folder,
    customContent: [`${first}:${place(first)}`],
    extraContent: Object.fromEntries(rest.map((name) => [name, place(name)])),
    envs: recipe.env,
    ...(recipe.writes && { layerOwner: imageUser }),
    workdir: join(imageRoot, recipe.workspace.service.folder),
    user: imageUser,
    // The base image's command is given to it as arguments: containerify cannot change that.
    entrypoint: `/bin/sh /landfall/start.sh`,
  };
}

const program = createRequire(import.meta.url).resolve('containerify/lib/cli.js');

/** Options go through a file that this user alone can read: a token on a command line could be read by everyone. */
async function layer(order: BuildOrder, base: ImageReference, from: BaseImage, content: Content): Promise<void> {
  const { folder, target, platform, login } = order;
  const work = join(folder, 'layers');
  const options = join(folder, 'containerify.json');
  const { folder: contentFolder, ...rest } = content;
  await mkdir(work, { recursive: true });
  const writeOptions = (credentials: RegistryCredentials) =>
    writeFile(
      options,
      JSON.stringify({
        ...rest,
        fromRegistry: registryUrl(base.host),
        // A name with a colon in its digest would be cut there.
        fromImage: `${base.repository}:${(base.digest ?? base.tag ?? 'latest').replace(':', '%3A')}`,
        ...(from.authorization !== undefined && { fromToken: from.authorization.replace(/^Bearer /, '') }),
        toRegistry: registryUrl(target.host),
        toImage: `${target.repository}:${target.tag ?? 'latest'}`,
        toToken: basicOf(credentials),
        platform,
        setTimeStamp: new Date(0).toISOString(),
      }),
      { mode: 0o600 },
    );
  await writeOptions(login.credentials);
  // The modes of what it copies follow the umask.
  const line = 'umask 022 && exec "$@"';
  const args = [program, '--file', options, '--folder', contentFolder, '--buildFolder', work];
  await push(order, {
    name: 'containerify',
    program: '/bin/sh',
    args: ['-c', line, 'sh', process.execPath, ...args],
    signIn: writeOptions,
  });
}

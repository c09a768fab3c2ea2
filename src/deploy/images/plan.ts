import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError } from '../../base/errors.js';
import type { ManifestImage } from '../../stack/manifest.js';
import type { BuildOrder, ImageSource } from './builders/builder.js';
import { dockerContext, hashOf, recipeContext, wholeContext, type BuildContext } from './context.js';
import { dockerfileOf, nodeImageArgument } from './dockerfile.js';
import { readGatewayImage } from './gateway-image.js';
import { recipeOf } from './recipe.js';
import { exists, workspaceOf } from './workspace.js';

/** Base images where the user's own, such as those of a mirror, replace Landfall's. */
export interface BaseImages {
  readonly node?: string | undefined;
  readonly kong?: string | undefined;
}

/** Node.js' long-term line with security updates until April 2027. @see https://nodejs.org/en/about/previous-releases (not re-read) */
const nodeImage = 'node:22-bookworm-slim';

/** How one image is made; nothing was asked of the network yet. */
export interface ImagePlan {
  readonly service: string;
  readonly context: BuildContext;
  readonly dockerfile: string;
  readonly platform: BuildOrder['platform'];
  readonly source: ImageSource;
  /** The base image's name and the build argument for it. */
  readonly base?: { readonly argument: string; readonly name: string };
  /** Of all that the image is made from. */
  readonly hash: string;
}

export interface PlanFolders {
  /** That of the config file. */
  readonly projectFolder: string;
  readonly artifactFolder: string;
}

/** @throws LandfallError of workspaces, and `SERVICE_FOLDER_MISSING` */
export async function planImage(image: ManifestImage, folders: PlanFolders, bases: BaseImages): Promise<ImagePlan> {
  const planned = image.kind === 'kong' ? await gateway(image, folders, bases) : await service(image, folders, bases);
  const platform = image.architecture === 'arm64' ? 'linux/arm64' : 'linux/amd64';
  const hash = await hashOf(planned.context, [planned.dockerfile, planned.base?.name ?? '', platform]);
  return { service: image.service, platform, ...planned, hash };
}

type Planned = Pick<ImagePlan, 'context' | 'dockerfile' | 'source' | 'base'>;

async function gateway(image: ManifestImage, { artifactFolder }: PlanFolders, bases: BaseImages): Promise<Planned> {
  const folder = join(artifactFolder, image.context);
  const dockerfile = await readFile(join(folder, 'Dockerfile'), 'utf8');
  const { files, root } = await wholeContext(folder);
  const read = readGatewayImage(dockerfile);
  return {
    context: { root, files: files.filter((file) => file !== 'Dockerfile') },
    dockerfile,
    source: { type: 'gateway', gateway: read },
    base: { argument: read.argument, name: bases.kong ?? read.base },
  };
}

async function service(image: ManifestImage, { projectFolder }: PlanFolders, bases: BaseImages): Promise<Planned> {
  const folder = join(projectFolder, image.context);
  if (!(await exists(folder))) throw folderMissing(image, projectFolder);
  const own = await readFile(join(folder, 'Dockerfile'), 'utf8').catch(() => undefined);
  const workspace = await workspaceOf(folder, image.service, own === undefined);
  if (own !== undefined) {
    return { context: await dockerContext(workspace.root), dockerfile: own, source: { type: 'dockerfile' } };
  }
  const recipe = await recipeOf(image, workspace);
  const context = await recipeContext(recipe);
  const name = bases.node ?? nodeImage;
  return {
    context,
    dockerfile: dockerfileOf(recipe, name, context.manifests),
    source: { type: 'recipe', recipe, manifests: context.manifests },
    base: { argument: nodeImageArgument, name },
  };
}

function folderMissing({ service: name, context }: ManifestImage, projectFolder: string): LandfallError {
  return new LandfallError({
    code: 'SERVICE_FOLDER_MISSING',
    message: `The folder ${context} of the service ${name} does not exist in ${projectFolder}.`,
    fix: `Correct services.${name}.path, or create the folder.`,
    path: `services.${name}.path`,
  });
}

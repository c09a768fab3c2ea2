import type { Manifest } from '../../stack/manifest.js';
import { planImage, type BaseImages, type PlanFolders } from './plan.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Base images that the user names in place of Landfall's: `LANDFALL_NODE_IMAGE`, `LANDFALL_KONG_IMAGE`. */
export const basesIn = (env: Environment): BaseImages => ({
  node: env['LANDFALL_NODE_IMAGE'],
  kong: env['LANDFALL_KONG_IMAGE'],
});

/**
 * By service, the hash of all that its image is made from; nothing is built.
 * @throws LandfallError of workspaces, and `SERVICE_FOLDER_MISSING`
 */
export async function contentHashes(
  { images }: Pick<Manifest, 'images'>,
  folders: PlanFolders,
  env: Environment = process.env,
): Promise<Readonly<Record<string, string>>> {
  const plans = await Promise.all(images.map((image) => planImage(image, folders, basesIn(env))));
  return Object.fromEntries(plans.map(({ service, hash }) => [service, hash]));
}

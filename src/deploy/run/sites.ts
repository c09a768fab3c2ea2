import type { Manifest } from '../../stack/manifest.js';
import { sourceHash } from '../sites/deploy-sites.js';

/** By site, a hash of all that decides what its bucket holds. */
export async function siteHashes(
  { sites }: Manifest,
  projectFolder: string,
): Promise<Readonly<Record<string, string>>> {
  const hashes = sites.map(async (site) => [site.service, await sourceHash(site, projectFolder)] as const);
  return Object.fromEntries(await Promise.all(hashes));
}

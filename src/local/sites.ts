import { join } from 'node:path';
import type { Emit } from '../base/events.js';
import { invalidationPaths } from '../deploy/invalidation.js';
import { cacheControlOf, siteFiles } from '../deploy/site-files.js';
import type { Manifest, ManifestSite } from '../stack/manifest.js';
import type { Clock } from './contract/clock.js';
import type { Bucket, Distribution } from './contract/context.js';

export interface UploadParts {
  readonly projectFolder: string;
  readonly clock: Clock;
  readonly emit: Emit;
  /** By service, the content that was uploaded last. */
  readonly uploaded: Readonly<Record<string, string>>;
  bucket(address: string): Bucket;
  distribution(address: string): Distribution;
}

/**
 * Uploads the sites whose content has changed: new files first, `index.html` last, then what is gone is removed. The edge lets go of what
 * it may still keep of them.
 */
export async function uploadSites(
  manifest: Manifest,
  hashes: Readonly<Record<string, string>>,
  parts: UploadParts,
): Promise<void> {
  for (const site of manifest.sites) {
    const bucket = parts.bucket(site.bucket);
    const current =
      parts.uploaded[site.service] === hashes[site.service] && (await bucket.keys()).includes('index.html');
    if (!current) await upload(site, bucket, parts);
  }
}

async function upload(site: ManifestSite, bucket: Bucket, parts: UploadParts): Promise<void> {
  const { clock, emit } = parts;
  const step = `upload ${site.service}`;
  const started = clock.monotonic();
  emit({ type: 'step', id: step, label: step, status: 'started' });
  const files = await siteFiles(join(parts.projectFolder, site.context, site.outputDir), site.service);
  const before = new Set(await bucket.keys());
  const written: string[] = [];
  for (const file of files) if (await bucket.put(file)) written.push(file.key);
  const wanted = new Set(files.map(({ key }) => key));
  const gone = [...before].filter((key) => !wanted.has(key));
  for (const key of gone) await bucket.remove(key);
  const paths = invalidationPaths([...written.filter((key) => before.has(key)), ...gone.filter(isAskedForAgain)]);
  if (paths.length > 0) await parts.distribution(site.distribution).invalidate(paths);
  emit({
    type: 'step',
    id: step,
    label: step,
    status: 'done',
    detail: `${String(written.length)} of ${String(files.length)} files new${paths.length > 0 ? `, invalidated ${paths.join(' ')}` : ''}`,
    milliseconds: Math.round(clock.monotonic() - started),
  });
}

/** Hashed files that are gone stay at the edge: pages that visitors still have open name them. */
const isAskedForAgain = (key: string): boolean => !cacheControlOf(key).includes('immutable');

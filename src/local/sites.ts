import { join } from 'node:path';
import type { Emit } from '../base/events.js';
import { siteFiles } from '../deploy/site-files.js';
import type { Manifest, ManifestSite } from '../stack/manifest.js';
import type { Clock } from './contract/clock.js';
import type { Bucket } from './contract/context.js';

export interface UploadParts {
  readonly projectFolder: string;
  readonly clock: Clock;
  readonly emit: Emit;
  /** By service, the content that was uploaded last. */
  readonly uploaded: Readonly<Record<string, string>>;
  bucket(address: string): Bucket;
}

/** Uploads the sites whose content has changed: new files first, `index.html` last, then what is gone is removed. */
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

async function upload(site: ManifestSite, bucket: Bucket, { projectFolder, clock, emit }: UploadParts): Promise<void> {
  const step = `upload ${site.service}`;
  const started = clock.monotonic();
  emit({ type: 'step', id: step, label: step, status: 'started' });
  const files = await siteFiles(join(projectFolder, site.context, site.outputDir), site.service);
  let written = 0;
  for (const file of files) written += (await bucket.put(file)) ? 1 : 0;
  const wanted = new Set(files.map(({ key }) => key));
  for (const key of await bucket.keys()) if (!wanted.has(key)) await bucket.remove(key);
  const milliseconds = Math.round(clock.monotonic() - started);
  emit({
    type: 'step',
    id: step,
    label: step,
    status: 'done',
    detail: `${String(written)} of ${String(files.length)} files new`,
    milliseconds,
  });
}

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SiteFile } from '../site-files.js';

/** Where a site's bucket keeps what was deployed to it. Anyone may read it through the edge: it names public files alone. */
export const recordKey = '.landfall/site.json';

const recordSchema = z.object({
  version: z.literal(1),
  /** Hash of what the site was built from. */
  source: z.string(),
  /** By key, the fingerprint of each file that the site has. */
  files: z.record(z.string(), z.string()),
});

export type SiteRecord = z.infer<typeof recordSchema>;

/** Undefined for a bucket that Landfall has not deployed to, or whose record is not readable: everything is then new. */
export function readRecord(text: string | undefined): SiteRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** Of content and headers: a file is uploaded again when either changed. */
export function fingerprintOf({ body, contentType, cacheControl }: SiteFile): string {
  return createHash('sha256').update(`${contentType}\n${cacheControl}\n`).update(body).digest('hex').slice(0, 32);
}

/** S3's ETag of an object uploaded in one part and encrypted by S3. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html (not re-read) */
export const etagOf = ({ body }: SiteFile): string => `"${createHash('md5').update(body).digest('hex')}"`;

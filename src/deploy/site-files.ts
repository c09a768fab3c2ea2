import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { lookup } from 'mrmime';
import { LandfallError } from '../base/errors.js';

/** A file of a site as it is uploaded. */
export interface SiteFile {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  readonly cacheControl: string;
}

/**
 * A content hash at the end of a file name, as bundlers write it: eight letters, digits, `_` or `-` (Vite, esbuild, Parcel) that are no
 * word, no number and no date, or ten and more hexadecimal digits (webpack, Next.js). In doubt it is none: an hour of caching does no harm.
 */
const hashedName =
  /[-.](?:(?!(?:[A-Z]?[a-z-]+|[\d_-]+|[a-z]+-\d+)\.)[\w-]{8}|(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{10,64})\.[a-z0-9]+$/;

/** Hashed names never change; documents are always asked for again; the rest is kept for an hour. */
export function cacheControlOf(key: string): string {
  if (key.endsWith('.html')) return 'no-cache';
  return hashedName.test(key) ? 'public, max-age=31536000, immutable' : 'public, max-age=3600';
}

/**
 * The files of a built site in upload order: assets first, `index.html` last, so that no visitor gets a page whose assets are missing.
 * @throws LandfallError `SITE_OUTPUT_MISSING` when there is no `index.html`
 */
export async function siteFiles(folder: string, service: string): Promise<readonly SiteFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const keys = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  if (!keys.includes('index.html')) {
    throw new LandfallError({
      code: 'SITE_OUTPUT_MISSING',
      message: `The build of ${service} left no index.html in ${folder}.`,
      fix: `Set services.${service}.outputDir to the folder that its build writes.`,
      path: `services.${service}.outputDir`,
    });
  }
  const order = (key: string): number => (key === 'index.html' ? 2 : key.endsWith('.html') ? 1 : 0);
  const sorted = keys.toSorted((a, b) => order(a) - order(b) || (a < b ? -1 : 1));
  return Promise.all(
    sorted.map(async (key) => ({
      key,
      body: await readFile(join(folder, key)),
      contentType: contentTypeOf(key),
      cacheControl: cacheControlOf(key),
    })),
  );
}

function contentTypeOf(key: string): string {
  const type = lookup(key) ?? 'application/octet-stream';
  return /^text\/|javascript|json|svg/.test(type) ? `${type}; charset=utf-8` : type;
}

import { invalidationPaths } from '../invalidation.js';
import { cacheControlOf, type SiteFile } from '../site-files.js';
import { etagOf, fingerprintOf, recordKey, type SiteRecord } from './site-record.js';

/** What a deploy does to a site's bucket and to the edge. */
export interface SiteChanges {
  /** In upload order: assets, documents, `index.html`. */
  readonly upload: readonly SiteFile[];
  readonly remove: readonly string[];
  /** Paths that the edge may still keep; empty when there are none. */
  readonly invalidate: readonly string[];
  readonly record: SiteRecord;
}

/** CloudFront takes 3,000 paths at once and gives 1,000 a month without charge; a wildcard is one. @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PayingForInvalidation.html (not re-read) */
const mostPaths = 100;

/**
 * Compares what was built with what the bucket has.
 * Hashed files that are gone stay for one more deploy, since pages that visitors have open still name them; those gone for two go. Other files
 * that are gone go at once.
 * @param there ETags by key
 */
export function siteChanges(
  files: readonly SiteFile[],
  there: ReadonlyMap<string, string>,
  before: SiteRecord | undefined,
  source: string,
): SiteChanges {
  const wanted = new Map(files.map((file) => [file.key, fingerprintOf(file)]));
  const upload = files.filter(
    (file) => before?.files[file.key] !== wanted.get(file.key) || there.get(file.key) !== etagOf(file),
  );
  const gone = [...there.keys()].filter((key) => key !== recordKey && !wanted.has(key));
  const isKept = (key: string) => isHashed(key) && (before === undefined || key in before.files);
  const remove = gone.filter((key) => !isKept(key));
  const paths = invalidationPaths([
    ...upload.filter((file) => isStale(file, there.get(file.key))).map(({ key }) => key),
    ...remove.filter((key) => !isHashed(key)),
  ]);
  return {
    upload,
    remove,
    invalidate: paths.length > mostPaths ? ['/*'] : paths,
    record: { version: 1, source, files: Object.fromEntries([...wanted].sort()) },
  };
}

/** An earlier deploy that was stopped may have uploaded the very content, but not told the edge. */
const isStale = (file: SiteFile, etag: string | undefined): boolean =>
  etag !== undefined && (!isHashed(file.key) || etag !== etagOf(file));

/** Its name changes with its content: the edge's copy is never wrong. */
const isHashed = (key: string): boolean => cacheControlOf(key).includes('immutable');

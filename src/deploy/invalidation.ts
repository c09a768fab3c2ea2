/**
 * What an invalidation names so that the edge lets go of these objects of a site: each key as an encoded path, and `/` beside the root
 * object, which is kept under its own name and may be asked for by both. Sorted, without doubles; empty for no keys.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html (read 2026-11-25)
 */
export function invalidationPaths(keys: readonly string[]): readonly string[] {
  const paths = keys.flatMap((key) => (key === 'index.html' ? ['/', '/index.html'] : [`/${encoded(key)}`]));
  return [...new Set(paths)].sort();
}

/** `*` at the end of a path would stand for all that begins so. */
const encoded = (key: string): string => key.split('/').map(encodeURIComponent).join('/').replaceAll('*', '%2A');

/**
 * A cache behaviour's path pattern: `*` is any text, `?` one character; with or without a leading slash, in its case.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html (read 2026-11-23)
 */
export const pathPattern = (pattern: string): RegExp =>
  pattern.startsWith('*') ? wildcard(pattern) : wildcard(`/${pattern.replace(/^\//, '')}`);

/** `*` is any text, `?` one character; the whole text must fit. */
export function wildcard(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

/**
 * Whether an object's path is named: exactly, with its query where that is part of the key, or by a prefix that ends with `*`. In its
 * case; with or without the first slash.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html (read 2026-11-25)
 */
export function invalidationOf(paths: readonly string[]): (path: string) => boolean {
  const named = paths.map((path) => decoded(path.startsWith('/') ? path : `/${path}`));
  const exact = new Set(named.filter((path) => !path.endsWith('*')));
  const prefixes = named.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1));
  return (path) => {
    const plain = decoded(path);
    return exact.has(plain) || prefixes.some((prefix) => plain.startsWith(prefix));
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const reserved = new Set("!*'();:@&=+$,/?%#[]");

/**
 * A path as Kong's router looks at it: percent-encoded characters decoded where that changes nothing, dot segments and doubled
 * slashes removed. What does not start with a slash stays.
 * @see https://github.com/Kong/kong/blob/0134e722937b4fe2126644329c59e3ffd8771eb3/kong/tools/uri.lua (read 2026-11-23)
 */
export function normalPath(path: string): string {
  if (!path.startsWith('/') || !/[%.]|\/\//.test(path)) return path;
  const decoded = path.replace(/%([\dA-Fa-f]{2})/g, (triplet, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return reserved.has(character) ? triplet.toUpperCase() : character;
  });
  const segments = decoded.split('/').slice(1);
  const kept: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..') kept.pop();
    if (segment !== '' && segment !== '.' && segment !== '..') kept.push(segment);
    else if (last) kept.push('');
  }
  return `/${kept.join('/')}`;
}

/** The request target that Kong sends on: the normal path, safe in a message again, and the query as it came. */
export function upstreamTarget(target: string): string {
  const at = target.indexOf('?');
  const path = at === -1 ? target : target.slice(0, at);
  const safe = normalPath(path).replace(/[^!#$&'()*+,/:;=?@[\]A-Za-z\d\-_.~%]/g, percentEncoded);
  return at === -1 ? safe : safe + target.slice(at);
}

const percentEncoded = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

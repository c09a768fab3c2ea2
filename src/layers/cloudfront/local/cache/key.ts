import type { HeaderPair, HttpRequest } from '../../../../local/contract/http.js';
import { allValues, header, without } from '../../../../local/http/headers.js';
import type { CachePolicy, Names } from './policy.js';

/**
 * What two requests must have in common to get one answer: path, and what the policy names. Neither the viewer's protocol nor which of
 * its names a distribution was called by is part of it. Parameters and cookies count in the order in which they came.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html (read 2026-11-25)
 */
export function cacheKey(request: HttpRequest, policy: CachePolicy): string {
  return JSON.stringify([
    ...pathAndQuery(request.target, policy.query),
    [...policy.headers].sort().map((name) => [name, ...allValues(request.headers, name)]),
    keptCookies(request.headers, policy.cookies),
    acceptEncoding(request, policy) ?? '',
  ]);
}

/** The path with what of the query is part of the key: what an invalidation names. */
export function objectPath(target: string, policy: CachePolicy): string {
  const [path, query] = pathAndQuery(target, policy.query);
  return query === '' ? path : `${path}?${query}`;
}

function pathAndQuery(target: string, kept: Names): readonly [path: string, query: string] {
  const at = target.indexOf('?');
  if (at < 0) return [target, ''];
  return [target.slice(0, at), keptQuery(target.slice(at + 1), kept)];
}

/** The parameters of a query that are kept, as they were written. */
export const keptQuery = (query: string, kept: Names): string =>
  query
    .split('&')
    .filter((pair) => kept(pair.split('=', 1)[0] ?? ''))
    .join('&');

/** The cookies that are kept, as one header's value; empty when there is none. */
export const keptCookies = (headers: readonly HeaderPair[], kept: Names): string =>
  allValues(headers, 'cookie')
    .flatMap((line) => line.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && kept(pair.split('=', 1)[0] ?? ''))
    .join('; ');

/**
 * `br,gzip`, `br` or `gzip`: what the viewer takes of what the policy has enabled. Undefined when that is nothing, and for HTTP/1.0.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cache-key-understand-cache-policy.html#cache-policy-compressed-objects (not re-read)
 */
export function acceptEncoding({ headers, httpVersion }: HttpRequest, policy: CachePolicy): string | undefined {
  if (httpVersion === '1.0' || !(policy.gzip || policy.brotli)) return undefined;
  const codings = new Set(
    allValues(headers, 'accept-encoding')
      .join(',')
      .toLowerCase()
      .split(',')
      .filter((coding) => !/;\s*q\s*=\s*0(\.0*)?\s*$/.test(coding))
      .map((coding) => coding.replace(/;.*/, '').trim()),
  );
  const taken = [policy.brotli && codings.has('br') && 'br', policy.gzip && codings.has('gzip') && 'gzip'];
  return taken.filter((coding) => coding !== false).join(',') || undefined;
}

/** The request with what an origin may know of codings: the normalised ones, or that none is taken. */
export function withCodings(request: HttpRequest, policy: CachePolicy): HttpRequest {
  if (request.httpVersion !== '1.0' && !(policy.gzip || policy.brotli)) return request;
  if (header(request.headers, 'accept-encoding') === undefined) return request;
  const headers = without(request.headers, 'accept-encoding');
  if (request.httpVersion === '1.0') return { ...request, headers };
  return { ...request, headers: [...headers, ['Accept-Encoding', acceptEncoding(request, policy) ?? 'identity']] };
}

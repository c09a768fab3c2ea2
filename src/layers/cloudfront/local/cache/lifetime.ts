import type { HeaderPair } from '../../../../local/contract/http.js';
import { allValues, header } from '../../../../local/http/headers.js';
import type { CachePolicy } from './policy.js';

/** For how long an answer is kept. Seconds. */
export interface Lifetime {
  /** 0: it must be asked for again each time. */
  readonly fresh: number;
  /** Served as it is for so long after that, while a new one is fetched. */
  readonly staleWhileRevalidate: number;
  /** Served for so long after that when the origin fails; undefined where the origin does not say. */
  readonly staleIfError: number | undefined;
}

type Directives = ReadonlyMap<string, string>;

/**
 * How long a successful answer is kept; undefined when it is not kept at all.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html (read 2026-11-25)
 */
export function lifetimeOf(
  status: number,
  headers: readonly HeaderPair[],
  policy: CachePolicy,
  now: number,
): Lifetime | undefined {
  if (policy.maxTtl === 0 || !isKept(status, headers)) return undefined;
  const said = cacheControl(headers);
  const isForbidden = said.has('no-store') || said.has('private');
  const mustAskAgain = isForbidden || said.has('no-cache') || variesByAnything(headers);
  if (mustAskAgain && policy.minTtl === 0) return isForbidden || variesByAnything(headers) ? undefined : expired;
  // RFC 9111 §5.2.2.2: what must be revalidated is never served stale.
  const isStrict = mustAskAgain || said.has('must-revalidate') || said.has('proxy-revalidate');
  return {
    fresh: mustAskAgain ? policy.minTtl : freshSeconds(headers, said, policy, now),
    staleWhileRevalidate: isStrict ? 0 : Math.min(seconds(said, 'stale-while-revalidate') ?? 0, policy.maxTtl),
    staleIfError: isStrict ? 0 : seconds(said, 'stale-if-error'),
  };
}

const expired: Lifetime = { fresh: 0, staleWhileRevalidate: 0, staleIfError: 0 };

/** 307 and 308 only with `Cache-Control`. @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-3xx-status-codes.html (read 2026-11-25) */
function isKept(status: number, headers: readonly HeaderPair[]): boolean {
  if (status === 307 || status === 308) return header(headers, 'cache-control') !== undefined;
  return status >= 200 && status < 400 && status !== 304;
}

function freshSeconds(
  headers: readonly HeaderPair[],
  said: Directives,
  { minTtl, defaultTtl, maxTtl }: CachePolicy,
  now: number,
): number {
  const named = seconds(said, 's-maxage') ?? seconds(said, 'max-age') ?? untilExpires(headers, now);
  return named === undefined ? Math.max(defaultTtl, minTtl) : Math.max(minTtl, Math.min(named, maxTtl));
}

/** What cannot be read as a date, such as `0`, is in the past. */
function untilExpires(headers: readonly HeaderPair[], now: number): number | undefined {
  const expires = header(headers, 'expires');
  if (expires === undefined) return undefined;
  const at = Date.parse(expires);
  return Number.isNaN(at) || expires === '0' ? 0 : Math.max(0, (at - now) / 1000);
}

/** Codes kept whatever the origin says. */
const keptErrors: ReadonlySet<number> = new Set([404, 405, 414, 500, 501, 502, 503, 504]);
/** Codes kept where the origin says for how long. */
const errorsKeptOnRequest: ReadonlySet<number> = new Set([400, 403, 412, 415]);

/**
 * How long an error is kept, in seconds; 0 when it is not. `no-store` and the like do not count here.
 * @param minTtl `error_caching_min_ttl` for this code; 10 when there is none
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html (read 2026-11-25)
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html (read 2026-11-25)
 */
export function errorLifetime(
  status: number,
  headers: readonly HeaderPair[],
  policy: CachePolicy,
  minTtl = 10,
): number {
  const said = cacheControl(headers);
  const named = seconds(said, 's-maxage') ?? seconds(said, 'max-age');
  if (!keptErrors.has(status) && !(errorsKeptOnRequest.has(status) && named !== undefined)) return 0;
  return Math.max(minTtl, Math.min(named ?? 0, policy.maxTtl));
}

const variesByAnything = (headers: readonly HeaderPair[]): boolean =>
  allValues(headers, 'vary').some((value) => value.split(',').some((name) => name.trim() === '*'));

function cacheControl(headers: readonly HeaderPair[]): Directives {
  const parts = allValues(headers, 'cache-control').flatMap((line) => line.split(','));
  return new Map(
    parts.map((part) => {
      const [name = '', value = ''] = part.split('=', 2);
      return [name.trim().toLowerCase(), value.trim().replaceAll('"', '')];
    }),
  );
}

function seconds(said: Directives, name: string): number | undefined {
  const value = said.get(name);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

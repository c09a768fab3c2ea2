import type { HeaderPair, HttpResponse } from '../../../../local/contract/http.js';
import { header, without } from '../../../../local/http/headers.js';
import type { Lifetime } from './lifetime.js';

/** What an origin told a version apart by, as it said it: compression changes what viewers see of it. */
export interface Validators {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/** An answer that is kept. Times in milliseconds since 1970. */
export interface Entry {
  /** What invalidations name: the path, with the query as far as it is part of the key. */
  readonly path: string;
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  readonly body: Buffer | null;
  /** The origin answered an error, whatever is shown for it. */
  readonly isError: boolean;
  readonly validators: Validators;
  /** When the origin made it; `Age` counts from here. */
  readonly madeAt: number;
  readonly freshUntil: number;
  readonly staleWhileRevalidateUntil: number;
  /** Undefined: served when the origin fails for as long as it is here. */
  readonly staleIfErrorUntil: number | undefined;
}

/** Until when an entry made now is fresh, and stale but of use. */
export function timesOf(
  { fresh, staleWhileRevalidate, staleIfError }: Lifetime,
  headers: readonly HeaderPair[],
  now: number,
): Pick<Entry, 'madeAt' | 'freshUntil' | 'staleWhileRevalidateUntil' | 'staleIfErrorUntil'> {
  const age = Number(header(headers, 'age') ?? 0);
  const freshUntil = now + fresh * 1000;
  return {
    madeAt: now - (Number.isFinite(age) ? age * 1000 : 0),
    freshUntil,
    staleWhileRevalidateUntil: freshUntil + staleWhileRevalidate * 1000,
    staleIfErrorUntil: staleIfError === undefined ? undefined : freshUntil + staleIfError * 1000,
  };
}

export const validatorsOf = (headers: readonly HeaderPair[]): Validators => ({
  etag: header(headers, 'etag'),
  lastModified: header(headers, 'last-modified'),
});

/** Fields that say something of the body, which a 304 does not bring. */
const ofTheBody = ['content-encoding', 'content-length', 'content-range', 'content-type', 'etag', 'vary'];

/** The headers of an entry after the origin has confirmed it (RFC 9111 §3.2). */
export function confirmedHeaders(entry: Entry, confirmed: HttpResponse): readonly HeaderPair[] {
  const brought = without(confirmed.headers, ...ofTheBody, 'age');
  return [...without(entry.headers, ...brought.map(([name]) => name)), ...brought];
}

/** Weight in a cache: the body, the headers, and what holds them. */
export const bytesOf = ({ body, headers, path }: Entry): number =>
  (body?.length ?? 0) + headers.reduce((sum, [name, value]) => sum + name.length + value.length, path.length) + 512;

import type { HeaderPair, HttpRequest } from '../../../../local/contract/http.js';
import { header, without } from '../../../../local/http/headers.js';
import type { Entry } from './entry.js';

/** Under which keys an answer to a request may lie: the whole answer first, then one for this method or this range alone. */
export function variants(request: HttpRequest, key: string): readonly [own: string, ...others: string[]] {
  if (request.method === 'HEAD') return [`HEAD ${key}`, key];
  if (request.method !== 'GET') return [`${request.method} ${key}`];
  const range = singleRange(request.headers);
  return range === undefined ? [key] : [`${range} ${key}`, key];
}

/** Whether a key is that of one range. */
export const isOfRange = (key: string): boolean => key.startsWith('bytes=');

/** `bytes=0-99`; undefined for no range and for several. */
function singleRange(headers: readonly HeaderPair[]): string | undefined {
  const range = header(headers, 'range')?.replaceAll(' ', '');
  return range !== undefined && /^bytes=(\d+-\d*|-\d+)$/.test(range) ? range : undefined;
}

const conditions = ['if-match', 'if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since'];

/** Whether the answer depends on what this viewer has already. */
export const isConditional = ({ headers }: HttpRequest): boolean =>
  conditions.some((name) => header(headers, name) !== undefined);

/** The question whether an entry is still the latest version, for the whole of it or its own part. */
export function revalidation(request: HttpRequest, entry: Entry): HttpRequest {
  const { etag, lastModified } = entry.validators;
  const dropped = entry.status === 206 ? conditions : [...conditions, 'range'];
  return {
    ...request,
    method: request.method === 'HEAD' && entry.body !== null ? 'GET' : request.method,
    headers: [
      ...without(request.headers, ...dropped),
      ...(etag === undefined ? [] : [['If-None-Match', etag] as const]),
      ...(lastModified === undefined ? [] : [['If-Modified-Since', lastModified] as const]),
    ],
  };
}

import fresh from 'fresh';
import rangeParser from 'range-parser';
import type { HeaderPair, HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import { allValues, header } from '../../../local/http/headers.js';
import { commonHeaders, s3Error } from './own-responses.js';
import type { BucketStore, Version } from './store.js';

/**
 * An object for `GET` or `HEAD`: conditions first, then at most one range; several are answered with the whole.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (read 2026-11-23)
 */
export async function objectResponse(
  request: HttpRequest,
  version: Version,
  store: BucketStore,
): Promise<HttpResponse> {
  const headers = objectHeaders(version);
  const condition = checkConditions(request, version);
  if (condition === 412) return s3Error('PreconditionFailed');
  if (condition === 304) return { status: 304, headers, body: null };
  const range = header(request.headers, 'range');
  const ranges =
    range === undefined || !rangeApplies(request, version)
      ? undefined
      : rangeParser(version.size, range, { combine: true });
  if (ranges === -1) return s3Error('InvalidRange', [['Content-Range', `bytes */${String(version.size)}`]]);
  const [part, ...others] = typeof ranges === 'object' && ranges.type === 'bytes' ? ranges : [];
  const wanted = part !== undefined && others.length === 0 ? part : undefined;
  const length = wanted === undefined ? version.size : wanted.end - wanted.start + 1;
  const body = request.method === 'HEAD' ? null : await store.read(version, wanted);
  const sized: HeaderPair[] = [...headers, ['Content-Length', String(length)]];
  if (wanted === undefined) return { status: 200, headers: sized, body };
  const contentRange = `bytes ${String(wanted.start)}-${String(wanted.end)}/${String(version.size)}`;
  return { status: 206, headers: [...sized, ['Content-Range', contentRange]], body };
}

/** RFC 9110 §13.2.2: the tag counts before the date. */
function checkConditions({ headers }: HttpRequest, version: Version): 304 | 412 | undefined {
  const match = header(headers, 'if-match');
  const since = header(headers, 'if-unmodified-since');
  if (match !== undefined && !listsTag(match, version.etag)) return 412;
  if (match === undefined && since !== undefined && Date.parse(since) < seconds(version)) return 412;
  const asked = Object.fromEntries(
    ['if-none-match', 'if-modified-since'].map((name) => [name, allValues(headers, name).join(', ') || undefined]),
  );
  return fresh(asked, { etag: version.etag, 'last-modified': lastModified(version) }) ? 304 : undefined;
}

const listsTag = (list: string, etag: string): boolean =>
  list.split(',').some((tag) => tag.trim() === '*' || tag.trim() === etag);

/** `If-Range` names the version that the client has part of. */
function rangeApplies({ headers }: HttpRequest, version: Version): boolean {
  const condition = header(headers, 'if-range');
  return condition === undefined || condition === version.etag || Date.parse(condition) === seconds(version);
}

/** As HTTP dates tell it, without milliseconds. */
const seconds = (version: Version): number => Math.floor(Date.parse(version.lastModified) / 1000) * 1000;

const lastModified = (version: Version): string => new Date(version.lastModified).toUTCString();

const objectHeaders = (version: Version): HeaderPair[] => [
  ...commonHeaders(),
  ['Last-Modified', lastModified(version)],
  ['ETag', version.etag],
  ['x-amz-version-id', version.id],
  ['x-amz-server-side-encryption', 'AES256'],
  ...(version.cacheControl === '' ? [] : [['Cache-Control', version.cacheControl] as const]),
  ['Accept-Ranges', 'bytes'],
  ['Content-Type', version.contentType],
];

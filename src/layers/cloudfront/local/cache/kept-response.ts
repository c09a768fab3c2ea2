import { randomBytes } from 'node:crypto';
import fresh from 'fresh';
import rangeParser from 'range-parser';
import type { HeaderPair, HttpRequest, HttpResponse } from '../../../../local/contract/http.js';
import { allValues, header, withHeader, without } from '../../../../local/http/headers.js';
import type { Entry } from './entry.js';

/** What a viewer gets of an entry: all of it, the ranges it asked for, or that it has it already. */
export function keptResponse(entry: Entry, request: HttpRequest, now: number): HttpResponse {
  const age = String(Math.max(0, Math.floor((now - entry.madeAt) / 1000)));
  const headers = withHeader(entry.headers, 'Age', age);
  const body = request.method === 'HEAD' ? null : entry.body;
  const whole = { status: entry.status, headers, body };
  if (entry.isError || (entry.status !== 200 && entry.status !== 206)) return whole;
  const condition = checkConditions(request, headers);
  if (condition !== undefined) {
    return { status: condition, headers: without(headers, 'content-length', 'content-type'), body: null };
  }
  if (request.method !== 'GET' || entry.status === 206 || entry.body === null) return whole;
  return ranged(request, headers, entry.body) ?? whole;
}

/** RFC 9110 §13.2.2: the tag counts before the date. Viewers cannot ask for another answer with `Cache-Control`. */
function checkConditions(request: HttpRequest, headers: readonly HeaderPair[]): 304 | 412 | undefined {
  const asked = (name: string) => allValues(request.headers, name).join(', ') || undefined;
  const etag = header(headers, 'etag');
  const modified = header(headers, 'last-modified');
  const match = asked('if-match');
  const since = asked('if-unmodified-since');
  if (match !== undefined && etag !== undefined && !listsTag(match, etag)) return 412;
  if (match === undefined && since !== undefined && modified !== undefined) {
    if (Date.parse(modified) > Date.parse(since)) return 412;
  }
  const conditions = { 'if-none-match': asked('if-none-match'), 'if-modified-since': asked('if-modified-since') };
  return fresh(conditions, { etag, 'last-modified': modified }) ? 304 : undefined;
}

const listsTag = (list: string, etag: string): boolean =>
  list.split(',').some((tag) => tag.trim() === '*' || tag.trim() === etag);

/**
 * 206 or 416; undefined where the whole is to be answered: without ranges, with ranges that do not ascend, overlap or are no ranges,
 * and for another version than `If-Range` names.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RangeGETs.html (read 2026-11-25)
 */
function ranged(request: HttpRequest, headers: readonly HeaderPair[], body: Buffer): HttpResponse | undefined {
  const wanted = header(request.headers, 'range');
  if (wanted === undefined || !appliesTo(request, headers) || !isWellFormed(wanted)) return undefined;
  const ranges = rangeParser(body.length, wanted);
  if (ranges === -1) {
    const unsatisfied = without(headers, 'content-length', 'content-type');
    return {
      status: 416,
      headers: [...unsatisfied, ['Content-Range', `bytes */${String(body.length)}`], ['Content-Length', '0']],
      body: null,
    };
  }
  if (ranges === -2 || !ascends(ranges)) return undefined;
  const [first] = ranges;
  if (first === undefined) return undefined;
  if (ranges.length > 1) return multipart(ranges, headers, body);
  return partial(headers, body.subarray(first.start, first.end + 1), [
    ['Content-Range', contentRange(first, body.length)],
  ]);
}

function appliesTo({ headers: asked }: HttpRequest, headers: readonly HeaderPair[]): boolean {
  const condition = header(asked, 'if-range');
  if (condition === undefined) return true;
  return condition === header(headers, 'etag') || condition === header(headers, 'last-modified');
}

const isWellFormed = (range: string): boolean => /^bytes=\s*(\d+-\d*|-\d+)(\s*,\s*(\d+-\d*|-\d+))*\s*$/.test(range);

type Range = rangeParser.Range;

const ascends = (ranges: readonly Range[]): boolean =>
  ranges.every(({ start }, index) => index === 0 || start > (ranges[index - 1]?.end ?? -1));

const contentRange = ({ start, end }: Range, size: number): string =>
  `bytes ${String(start)}-${String(end)}/${String(size)}`;

function multipart(ranges: readonly Range[], headers: readonly HeaderPair[], body: Buffer): HttpResponse {
  const boundary = randomBytes(12).toString('hex');
  const type = header(headers, 'content-type') ?? 'application/octet-stream';
  const parts = ranges.flatMap((range) => [
    Buffer.from(`--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: ${contentRange(range, body.length)}\r\n\r\n`),
    body.subarray(range.start, range.end + 1),
    Buffer.from('\r\n'),
  ]);
  const joined = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return partial(withHeader(headers, 'Content-Type', `multipart/byteranges; boundary=${boundary}`), joined, []);
}

const partial = (headers: readonly HeaderPair[], body: Buffer, more: readonly HeaderPair[]): HttpResponse => ({
  status: 206,
  headers: [...withHeader(headers, 'Content-Length', String(body.length)), ...more],
  body,
});

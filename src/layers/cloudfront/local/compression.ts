import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib';
import type { HeaderPair, HttpResponse } from '../../../local/contract/http.js';
import { allValues, header, withAppended, withHeader, without } from '../../../local/http/headers.js';

/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html#compressed-content-cloudfront-file-types (an earlier version read 2026-11-25; PDF, WebAssembly and vector tiles not re-read) */
const types = new Set([
  'application/dash+xml',
  'application/eot',
  'application/font',
  'application/font-sfnt',
  'application/javascript',
  'application/json',
  'application/opentype',
  'application/otf',
  'application/pdf',
  'application/pkcs7-mime',
  'application/protobuf',
  'application/rss+xml',
  'application/truetype',
  'application/ttf',
  'application/vnd.apple.mpegurl',
  'application/vnd.mapbox-vector-tile',
  'application/vnd.ms-fontobject',
  'application/wasm',
  'application/xhtml+xml',
  'application/xml',
  'application/x-font-opentype',
  'application/x-font-truetype',
  'application/x-font-ttf',
  'application/x-httpd-cgi',
  'application/x-javascript',
  'application/x-mpegurl',
  'application/x-opentype',
  'application/x-otf',
  'application/x-perl',
  'application/x-ttf',
  'font/eot',
  'font/opentype',
  'font/otf',
  'font/ttf',
  'image/svg+xml',
  'text/css',
  'text/csv',
  'text/html',
  'text/javascript',
  'text/js',
  'text/plain',
  'text/richtext',
  'text/tab-separated-values',
  'text/xml',
  'text/x-component',
  'text/x-java-source',
  'text/x-script',
  'vnd.apple.mpegurl',
]);

const smallest = 1000;
const largest = 10_000_000;
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const wholeBrotli = promisify<Buffer, object, Buffer>(brotliCompress);
const wholeGzip = promisify<Buffer, Buffer>(gzip);

/**
 * An answer of the origin as viewers get it, compressed where CloudFront does: Brotli before gzip.
 * @param accepted normalised, such as `br,gzip`; undefined: no coding
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html (read 2026-11-25)
 */
export async function compressed(response: HttpResponse, accepted: string | undefined): Promise<HttpResponse> {
  const { body } = response;
  if (accepted === undefined || body === null || !isCompressible(response)) return response;
  const coding = accepted.startsWith('br') ? 'br' : 'gzip';
  const headers = codedHeaders(response.headers, coding);
  if (body instanceof Readable) {
    const coder = coding === 'br' ? createBrotliCompress(brotliOptions) : createGzip();
    // Whoever reads the coded body sees the failure.
    pipeline(body, coder, () => undefined);
    return { ...response, headers, body: coder };
  }
  const coded = await (coding === 'br' ? wholeBrotli(body, brotliOptions) : wholeGzip(body));
  return { ...response, headers: [...headers, ['Content-Length', String(coded.length)]], body: coded };
}

function isCompressible({ status, headers }: HttpResponse): boolean {
  const length = Number(header(headers, 'content-length') ?? Number.NaN);
  const type = (header(headers, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const isFit = length >= smallest && length <= largest && types.has(type);
  return isFit && status !== 206 && header(headers, 'content-encoding') === undefined;
}

/** A strong tag becomes weak; what is no tag goes. */
function codedHeaders(headers: readonly HeaderPair[], coding: string): readonly HeaderPair[] {
  const etag = header(headers, 'etag');
  const left = without(headers, 'content-length', 'accept-ranges', ...(isTag(etag) ? [] : ['etag']));
  const tagged = etag?.startsWith('"') === true ? withHeader(left, 'ETag', `W/${etag}`) : left;
  const coded = withHeader(tagged, 'Content-Encoding', coding);
  const varies = allValues(coded, 'vary').some((value) => /(^|,)\s*accept-encoding\s*(,|$)/i.test(value));
  return varies ? coded : withAppended(coded, 'Vary', 'Accept-Encoding');
}

const isTag = (etag: string | undefined): boolean =>
  etag === undefined || etag.startsWith('"') || etag.startsWith('W/');

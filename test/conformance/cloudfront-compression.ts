import assert from 'node:assert/strict';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { HeaderPair, HttpResponse } from '../../src/local/contract/http.js';
import { header } from '../../src/local/http/headers.js';
import { fakeRequest } from '../../src/local/testing/fake-request.js';
import { cases, edge, guide, reply, type EdgeOptions } from './cloudfront-edge.js';

const long = 'compress me '.repeat(200);
const both = { gzip: true, brotli: true };

interface Served {
  readonly coding: string | undefined;
  readonly bytes: Buffer;
  readonly headers: readonly HeaderPair[];
}

/** What a viewer that takes these codings gets; the behaviour compresses unless said otherwise. */
async function served(
  accepted: string | undefined,
  options: EdgeOptions = {},
  version: '1.0' | '2.0' = '2.0',
): Promise<Served> {
  const { live } = await edge({ respond: () => reply(long), policy: both, behaviour: { compress: true }, ...options });
  const headers: readonly HeaderPair[] = accepted === undefined ? [] : [['Accept-Encoding', accepted]];
  const { body, headers: got } = await live.request({ ...fakeRequest({ headers }), httpVersion: version });
  assert(Buffer.isBuffer(body));
  return { coding: header(got, 'content-encoding'), bytes: body, headers: got };
}

const coded = async (respond: () => HttpResponse, options: EdgeOptions = {}) =>
  (await served('br, gzip', { ...options, respond })).coding;

/** Which answers are compressed, and how. */
export const compressionCases = [
  ...cases(guide('ServingCompressedFiles.html'), {
    'compresses with Brotli when the viewer takes both codings': async () => {
      const { coding, bytes } = await served('gzip, deflate, br');
      assert.equal(coding, 'br');
      assert.equal(brotliDecompressSync(bytes).toString(), long);
    },
    'compresses with gzip when the viewer takes that alone': async () => {
      const { coding, bytes } = await served('gzip');
      assert.equal(coding, 'gzip');
      assert.equal(gunzipSync(bytes).toString(), long);
    },
    'compresses with gzip when the cache policy has not enabled Brotli': async () => {
      assert.equal((await served('br, gzip', { policy: { gzip: true } })).coding, 'gzip');
    },
    'compresses nothing when the cache policy has enabled neither coding': async () => {
      assert.equal((await served('br, gzip', { policy: {} })).coding, undefined);
    },
    'compresses nothing where the behaviour does not say so': async () => {
      assert.equal((await served('br, gzip', { behaviour: { compress: false } })).coding, undefined);
    },
    'compresses nothing for a viewer without Accept-Encoding': async () => {
      assert.equal((await served(undefined)).coding, undefined);
    },
    'compresses nothing for HTTP/1.0': async () => {
      assert.equal((await served('gzip', {}, '1.0')).coding, undefined);
    },
    'compresses from 1,000 bytes on': async () => {
      assert.equal(await coded(() => reply('x'.repeat(999))), undefined);
      assert.equal(await coded(() => reply('x'.repeat(1000))), 'br');
    },
    'compresses up to 10,000,000 bytes': async () => {
      assert.equal(await coded(() => reply('x'.repeat(10_000_001))), undefined);
    },
    'compresses nothing without Content-Length': async () => {
      const headers: readonly HeaderPair[] = [['Content-Type', 'text/plain']];
      assert.equal(await coded(() => ({ status: 200, headers, body: Buffer.from(long) })), undefined);
    },
    'compresses nothing that the origin has encoded, in whatever way': async () => {
      assert.equal(await coded(() => reply(long, [['Content-Encoding', 'identity']])), 'identity');
    },
    'compresses listed types alone, whatever their parameters': async () => {
      const typed = (type: string) => () => ({
        status: 200,
        headers: [
          ['Content-Type', type],
          ['Content-Length', String(long.length)],
        ] as const,
        body: Buffer.from(long),
      });
      assert.equal(await coded(typed('image/png')), undefined);
      assert.equal(await coded(typed('application/octet-stream')), undefined);
      for (const type of ['text/html; charset=utf-8', 'application/json', 'image/svg+xml', 'text/css']) {
        assert.equal(await coded(typed(type)), 'br', type);
      }
    },
    'makes a strong ETag weak': async () => {
      const { headers } = await served('gzip', { respond: () => reply(long, [['ETag', '"1"']]) });
      assert.equal(header(headers, 'etag'), 'W/"1"');
    },
    'leaves a weak ETag as it is': async () => {
      const { headers } = await served('gzip', { respond: () => reply(long, [['ETag', 'W/"1"']]) });
      assert.equal(header(headers, 'etag'), 'W/"1"');
    },
    'removes an ETag that is none': async () => {
      const { headers } = await served('gzip', { respond: () => reply(long, [['ETag', '1']]) });
      assert.equal(header(headers, 'etag'), undefined);
    },
    'leaves a strong ETag as it is where it compresses nothing': async () => {
      const { headers } = await served(undefined, { respond: () => reply(long, [['ETag', '"1"']]) });
      assert.equal(header(headers, 'etag'), '"1"');
    },
    'keeps the compressed object': async () => {
      const { results, asked } = await edge({
        respond: () => reply(long, [['Cache-Control', 'max-age=60']]),
        policy: both,
        behaviour: { compress: true },
      });
      const headers: readonly HeaderPair[] = [['Accept-Encoding', 'gzip']];
      assert.deepEqual(await results({ headers }, { headers }), ['Miss', 'Hit']);
      assert.equal(asked.length, 1);
    },
    'answers a viewer’s weak ETag with 304': async () => {
      const { get } = await edge({
        respond: () =>
          reply(long, [
            ['ETag', '"1"'],
            ['Cache-Control', 'max-age=60'],
          ]),
        policy: both,
        behaviour: { compress: true },
      });
      const headers: readonly HeaderPair[] = [['Accept-Encoding', 'gzip']];
      await get('/', { headers });
      assert.equal((await get('/', { headers: [...headers, ['If-None-Match', 'W/"1"']] })).status, 304);
    },
  }),
];

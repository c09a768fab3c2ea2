import { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { HttpResponse } from '../../../local/contract/http.js';
import { allValues, header } from '../../../local/http/headers.js';
import { compressed } from './compression.js';

const text = 'compress me '.repeat(500);

const answer = (body: HttpResponse['body']): HttpResponse => ({
  status: 200,
  headers: [
    ['Content-Type', 'text/html'],
    ['Content-Length', String(text.length)],
  ],
  body,
});

const streamed = () => answer(Readable.from([Buffer.from(text.slice(0, 1000)), Buffer.from(text.slice(1000))]));

async function bytes({ body }: HttpResponse): Promise<Buffer> {
  if (!(body instanceof Readable)) throw new Error('No stream.');
  return Buffer.concat((await body.toArray()) as Buffer[]);
}

it('compresses a body while it streams, with no length', async () => {
  const [br, gzip] = [await compressed(streamed(), 'br,gzip'), await compressed(streamed(), 'gzip')];
  expect(header(br.headers, 'content-length')).toBeUndefined();
  expect(brotliDecompressSync(await bytes(br)).toString()).toBe(text);
  expect(gunzipSync(await bytes(gzip)).toString()).toBe(text);
});

it('names Accept-Encoding in Vary once', async () => {
  const response = answer(Buffer.from(text));
  const varying = { ...response, headers: [...response.headers, ['Vary', 'Origin, Accept-Encoding'] as const] };
  expect(allValues((await compressed(varying, 'gzip')).headers, 'vary')).toEqual(['Origin, Accept-Encoding']);
  expect(allValues((await compressed(response, 'gzip')).headers, 'vary')).toEqual(['Accept-Encoding']);
});

it('fails with its source', async () => {
  const body = new Readable({ read: () => undefined });
  const coded = await compressed(answer(body), 'gzip');
  const read = bytes(coded);
  body.destroy(new Error('reset'));
  await expect(read).rejects.toThrow();
});

it('leaves its source when the viewer leaves', async () => {
  const body = new Readable({ read: () => undefined });
  const coded = await compressed(answer(body), 'gzip');
  if (coded.body instanceof Readable) coded.body.destroy();
  await new Promise((resolve) => body.once('close', resolve));
  expect(body.destroyed).toBe(true);
});

it('leaves parts as they are', async () => {
  const part = { ...answer(Buffer.from(text)), status: 206 };
  expect(await compressed(part, 'gzip')).toBe(part);
});

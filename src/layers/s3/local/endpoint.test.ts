import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import aws4 from 'aws4';
import { expect, it, onTestFinished } from 'vitest';
import { originAccessKey } from '../../../local/contract/origin-access.js';
import type { HeaderPair } from '../../../local/contract/http.js';
import { createFakePlane } from '../../../local/testing/fake-context.js';
import { ask, fakeRequest, type FakeRequest } from '../../../local/testing/fake-request.js';
import { s3Local } from './index.js';

const distribution = 'arn:aws:cloudfront::000000000000:distribution/E1';
const domain = 'site.s3.eu-central-1.amazonaws.com';

const policyOf = (statements: readonly object[]) => JSON.stringify({ Statement: statements });
const read = {
  Effect: 'Allow',
  Principal: { Service: 'cloudfront.amazonaws.com' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::site/*',
  Condition: { StringEquals: { 'AWS:SourceArn': distribution } },
};

async function site(statements: readonly object[] = [read]) {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-s3-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const plane = createFakePlane({ folder });
  const apply = () => plane.apply(s3Local.aws_s3_bucket, 'aws_s3_bucket.site', { bucket: 'site' });
  await apply();
  await plane.apply(s3Local.aws_s3_bucket_policy, 'aws_s3_bucket_policy.site', {
    bucket: 'site',
    policy: policyOf(statements),
  });
  const store = plane.registry.connect('aws_s3_bucket.site', 'bucket');
  const put = (key: string, text: string) =>
    store.put({ key, body: Buffer.from(text), contentType: 'text/html', cacheControl: 'no-cache' });
  await put('index.html', '<h1>Hello</h1>');

  /** Asks as a distribution does. */
  const signed = async (
    request: FakeRequest & { readonly signer?: string; readonly key?: string; readonly signedAt?: number } = {},
  ) => {
    const { method = 'GET', target = '/index.html', host = domain, headers = [], signer = distribution } = request;
    const at = new Date(request.signedAt ?? plane.clock.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
    const secretAccessKey = request.key ?? (await originAccessKey(plane.context('test')));
    const sent = aws4.sign(
      { service: 's3', region: 'eu-central-1', method, path: target, headers: { host, 'X-Amz-Date': at } },
      { accessKeyId: signer, secretAccessKey },
    );
    const own = Object.entries(sent.headers ?? {})
      .filter(([name]) => name !== 'host')
      .map(([name, value]): HeaderPair => [name, String(value)]);
    return ask(plane.listening('s3'), { ...request, method, target, host, headers: [...own, ...headers] });
  };
  return { plane, put, signed, apply, folder };
}

it('answers an unsigned request 403, whether the key is there or not', async () => {
  const { plane } = await site();
  for (const target of ['/index.html', '/missing', '/']) {
    const answer = await ask(plane.registry.reach(domain, 443), { target, host: domain });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('<Code>AccessDenied</Code>');
  }
});

it('answers a distribution that the policy names, in both styles', async () => {
  const { signed } = await site();
  const virtual = await signed();
  expect(virtual).toMatchObject({ status: 200, body: '<h1>Hello</h1>' });
  expect(virtual.headers.map(([name]) => name)).toEqual(
    expect.arrayContaining(['ETag', 'Last-Modified', 'x-amz-version-id', 'Cache-Control', 'Content-Type']),
  );
  expect((await signed({ host: 'localhost:4407', target: '/site/index.html' })).status).toBe(200);
  expect((await signed({ host: 'localhost:4407', target: '/other/index.html' })).body).toContain('NoSuchBucket');
});

it('refuses another distribution, key, time, path, and plain HTTP where the policy does', async () => {
  const tlsOnly = {
    ...read,
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  const { signed, plane } = await site([read, tlsOnly]);
  expect((await signed({ signer: `${distribution}2` })).body).toContain('AccessDenied');
  expect((await signed({ key: 'guessed' })).body).toContain('SignatureDoesNotMatch');
  expect((await signed({ signedAt: plane.clock.now() - 16 * 60_000 })).body).toContain('RequestTimeTooSkewed');
  expect((await signed({ tls: false })).body).toContain('AccessDenied');
  expect((await signed()).status).toBe(200);
});

it('answers 403 for a missing key, and 404 only to who may list', async () => {
  expect((await (await site()).signed({ target: '/deep/link' })).status).toBe(403);
  const list = {
    ...read,
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: ['arn:aws:s3:::site', 'arn:aws:s3:::site/*'],
  };
  const { signed } = await site([list]);
  expect((await signed({ target: '/deep/link' })).body).toContain('NoSuchKey');
});

it('sees a policy come and go', async () => {
  const { signed, plane } = await site();
  await plane.destroy(s3Local.aws_s3_bucket_policy, 'aws_s3_bucket_policy.site');
  expect((await signed()).status).toBe(403);
});

it('answers conditions and ranges', async () => {
  const { signed } = await site();
  const whole = await signed();
  const etag = whole.header('etag') ?? '';
  const withHeaders = (...headers: HeaderPair[]) => signed({ headers });
  expect((await withHeaders(['If-None-Match', `"x", ${etag}`])).status).toBe(304);
  expect((await withHeaders(['If-None-Match', '"x"'])).status).toBe(200);
  expect((await withHeaders(['If-Modified-Since', whole.header('last-modified') ?? ''])).status).toBe(304);
  expect((await withHeaders(['If-Match', '"x"'])).status).toBe(412);
  const part = await withHeaders(['Range', 'bytes=4-8']);
  expect([part.status, part.body, part.header('content-range')]).toEqual([206, 'Hello', 'bytes 4-8/14']);
  expect((await withHeaders(['Range', 'bytes=4-8'], ['If-Range', '"x"'])).status).toBe(200);
  const beyond = await withHeaders(['Range', 'bytes=99-']);
  expect([beyond.status, beyond.header('content-range')]).toEqual([416, 'bytes */14']);
});

it('decodes keys, and refuses what cannot be decoded', async () => {
  const { signed, put } = await site();
  await put('assets/ä b.js', 'x');
  expect((await signed({ target: '/assets/%C3%A4%20b.js' })).body).toBe('x');
  const broken = fakeRequest({ target: '/%E0%A4%A', host: domain });
  expect((await ask((await site()).plane.listening('s3'), broken)).body).toContain('InvalidURI');
});

it('answers HEAD without a body but with its length, and refuses to write', async () => {
  const { signed } = await site();
  const head = await signed({ method: 'HEAD' });
  expect([head.status, head.body, head.header('content-length')]).toEqual([200, '', '14']);
  expect((await signed({ method: 'PUT' })).status).toBe(403);
});

it('keeps its store when applied again, and its folder goes with it', async () => {
  const { plane, apply, folder } = await site();
  const before = plane.registry.connect('aws_s3_bucket.site', 'bucket');
  await apply();
  expect(plane.registry.connect('aws_s3_bucket.site', 'bucket')).toBe(before);
  await plane.destroy(s3Local.aws_s3_bucket, 'aws_s3_bucket.site');
  expect(await readdir(join(folder, 'data', 's3'))).toEqual([]);
  expect(() => plane.listening('s3')).toThrow();
});

it('traces itself', async () => {
  const { plane } = await site();
  const request = fakeRequest({ host: domain });
  await ask(plane.listening('s3'), request);
  expect(request.trace.record().hops).toMatchObject([{ layer: 's3', address: 'aws_s3_bucket.site', outcome: 403 }]);
});

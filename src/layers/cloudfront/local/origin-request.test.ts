import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { originAccessKey } from '../../../local/contract/origin-access.js';
import { allValues, header } from '../../../local/http/headers.js';
import { ask } from '../../../local/testing/fake-request.js';
import { cloudfrontData } from './index.js';
import { pathPattern } from './path-pattern.js';
import { albDomain, behaviour, bucketDomain, fakeDistribution } from './testing/distribution.js';

async function withPolicy(name: string | undefined) {
  const distribution = await fakeDistribution();
  const { plane, apply } = distribution;
  const address = 'data.aws_cloudfront_origin_request_policy.p';
  const reader = cloudfrontData.aws_cloudfront_origin_request_policy;
  const policy = name === undefined ? undefined : await plane.read(reader, address, { name });
  await apply({ default_cache_behavior: [behaviour('alb', { origin_request_policy_id: policy?.['id'] })] });
  return async (headers: readonly (readonly [string, string])[] = []) => {
    await ask(distribution.https, { target: '/offers?page=2', headers });
    const got = distribution.origin.got.at(-1);
    if (got === undefined) throw new Error('The origin got nothing.');
    return got;
  };
}

const viewer = [
  ['Cookie', 'session=1'],
  ['Accept-Language', 'de'],
  ['User-Agent', 'curl/8'],
  ['Content-Type', 'text/plain'],
] as const;

describe('a custom origin', () => {
  it('gets everything with AllViewerAndCloudFrontHeaders, Host too, and what is known of the viewer', async () => {
    const got = await (await withPolicy('Managed-AllViewerAndCloudFrontHeaders-2022-06'))(viewer);
    expect(got).toMatchObject({ target: '/offers?page=2', httpVersion: '1.1', peer: { address: '127.0.0.1' } });
    expect(got.tls?.serverName).toBe(albDomain);
    expect(Object.fromEntries(got.headers)).toMatchObject({
      Host: 'api.shop.localhost',
      Cookie: 'session=1',
      'User-Agent': 'curl/8',
      'X-Forwarded-For': '198.51.100.7',
      'CloudFront-Viewer-Address': '198.51.100.7:50000',
      'CloudFront-Forwarded-Proto': 'https',
      'X-Origin-Verify': 's3cret',
      Via: expect.stringMatching(/^2\.0 .*\(CloudFront\)$/) as string,
    });
  });

  it('gets its own name as Host with AllViewerExceptHostHeader', async () => {
    const got = await (await withPolicy('Managed-AllViewerExceptHostHeader'))(viewer);
    expect([header(got.headers, 'host'), header(got.headers, 'cookie')]).toEqual([albDomain, 'session=1']);
    expect(header(got.headers, 'cloudfront-viewer-address')).toBeUndefined();
  });

  it('gets neither query, cookies nor most headers without a policy', async () => {
    const got = await (await withPolicy(undefined))(viewer);
    expect(got.target).toBe('/offers');
    expect(got.headers.map(([name]) => name)).toEqual([
      'Host',
      'Content-Type',
      'User-Agent',
      'X-Forwarded-For',
      'Via',
      'X-Amz-Cf-Id',
      'X-Origin-Verify',
    ]);
    expect(header(got.headers, 'user-agent')).toBe('Amazon CloudFront');
  });

  it('never gets a viewer’s own X-Origin-Verify, in whatever spelling and however often', async () => {
    const request = await withPolicy('Managed-AllViewer');
    const spelling = fc
      .array(fc.boolean(), { minLength: 15, maxLength: 15 })
      .map((upper) =>
        'x-origin-verify'.replaceAll(/./g, (letter, at: number) =>
          upper[at] === true ? letter.toUpperCase() : letter,
        ),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(spelling, { maxLength: 4 }), async (names) => {
        const got = await request(names.map((name) => [name, 'forged'] as const));
        expect(allValues(got.headers, 'x-origin-verify')).toEqual(['s3cret']);
      }),
      { numRuns: 50 },
    );
  });

  it('never gets a viewer’s own CloudFront headers, and adds to X-Forwarded-For', async () => {
    const got = await (
      await withPolicy('Managed-AllViewer')
    )([
      ['cloudfront-viewer-address', '203.0.113.1:1'],
      ['X-Amz-Cf-Id', 'forged'],
      ['X-Forwarded-For', '203.0.113.9'],
      ['x-forwarded-for', '203.0.113.10'],
      ['X-Forwarded-Proto', 'http'],
    ]);
    expect(header(got.headers, 'cloudfront-viewer-address')).toBeUndefined();
    expect(header(got.headers, 'x-forwarded-proto')).toBeUndefined();
    expect(allValues(got.headers, 'x-amz-cf-id')).toEqual([expect.not.stringMatching('forged')]);
    expect(allValues(got.headers, 'x-forwarded-for')).toEqual(['203.0.113.9, 203.0.113.10, 198.51.100.7']);
  });
});

describe('a bucket', () => {
  it('gets a request signed in the distribution’s name, at the plane’s time, without the viewer’s headers', async () => {
    const { https, origin, plane } = await fakeDistribution(undefined, { default_cache_behavior: [behaviour('s3')] });
    await plane.clock.advance(3_600_000);
    await ask(https, {
      target: '/app.js?v=1',
      headers: [...viewer, ['Range', 'bytes=0-1'], ['Authorization', 'Bearer x']],
    });
    const [got] = origin.got;
    const { arn } = plane.registry.attributes.get('aws_cloudfront_distribution.api') ?? {};
    expect(got?.target).toBe('/app.js');
    expect(Object.fromEntries(got?.headers ?? [])).toEqual({
      host: bucketDomain,
      'X-Amz-Date': '20260101T010000Z',
      'X-Amz-Content-Sha256': expect.any(String) as string,
      Authorization: expect.stringContaining(
        `Credential=${String(arn)}/20260101/eu-central-1/s3/aws4_request, `,
      ) as string,
      Range: 'bytes=0-1',
    });
    expect(await originAccessKey(plane.context('x'))).toBe(plane.vault.values().next().value);
  });

  it('gets an unsigned request where its access control says never', async () => {
    const { https, origin, plane } = await fakeDistribution(undefined, { default_cache_behavior: [behaviour('s3')] });
    const address = 'aws_cloudfront_origin_access_control.sites';
    await plane.apply({ fidelity: 'inert', reason: '', attributes: () => ({ id: 'oac' }) }, address, {
      origin_access_control_origin_type: 's3',
      signing_behavior: 'never',
    });
    await ask(https);
    expect(header(origin.got[0]?.headers ?? [], 'authorization')).toBeUndefined();
  });
});

describe('managed policies', () => {
  it('have AWS’s ids, by name or by id', async () => {
    const { plane } = await fakeDistribution();
    const read = (args: object) =>
      plane.read(cloudfrontData.aws_cloudfront_cache_policy, 'data.aws_cloudfront_cache_policy.p', { ...args });
    const id = '658327ea-f89d-4fab-a63d-7e88639e58f6';
    expect(await read({ name: 'Managed-CachingOptimized' })).toEqual({ id, name: 'Managed-CachingOptimized' });
    expect(await read({ id })).toEqual({ id, name: 'Managed-CachingOptimized' });
    await expect(async () => read({ name: 'Mine' })).rejects.toMatchObject({ code: 'POLICY_UNKNOWN' });
  });
});

describe('a path pattern', () => {
  it('fits the whole path, in its case, with or without its first slash', () => {
    const path = fc.webPath().filter((text) => /^\/(?!\/)[^*?]*$/.test(text));
    fc.assert(
      fc.property(path, fc.webPath(), (pattern, rest) => {
        expect(pathPattern(pattern).test(pattern)).toBe(true);
        expect(pathPattern(pattern.slice(1)).test(pattern)).toBe(true);
        expect(pathPattern(`${pattern}*`).test(pattern + rest)).toBe(true);
        expect(pathPattern(`${pattern}?`).test(pattern)).toBe(false);
      }),
    );
  });

  it('takes dots and brackets as themselves', () => {
    expect(pathPattern('*.jpg').test('/a/b.jpg')).toBe(true);
    expect(pathPattern('*.jpg').test('/a/bxjpg')).toBe(false);
    expect(pathPattern('/_next/static/*').test('/_next/static/a/b.js')).toBe(true);
  });
});

import { PassThrough, type Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../local/contract/http.js';
import { header } from '../../../local/http/headers.js';
import { ask, fakeRequest, plain } from '../../../local/testing/fake-request.js';
import { cloudfrontData, cloudfrontLocal } from './index.js';
import { albDomain, behaviour, bucketDomain, fakeDistribution, fakeWebAcl } from './testing/distribution.js';

const failing = (reason: UpstreamError['reason']) => () => Promise.reject(new UpstreamError(reason, reason));

describe('a viewer', () => {
  it('is sent from HTTP to HTTPS, with path and query, by 301 or 307', async () => {
    const { http, origin } = await fakeDistribution();
    const asked = { tls: false, host: 'api.shop.localhost:4401', target: '/offers?page=2' };
    const answer = await ask(http, asked);
    expect([answer.status, answer.header('location')]).toEqual([301, 'https://api.shop.localhost:4400/offers?page=2']);
    expect((await ask(http, { ...asked, method: 'POST' })).status).toBe(307);
    expect(origin.got).toEqual([]);
  });

  it('gets 403 over HTTP where HTTPS alone is taken, and for methods that are not allowed', async () => {
    const secure = await fakeDistribution(undefined, {
      default_cache_behavior: [behaviour('alb', { viewer_protocol_policy: 'https-only', allowed_methods: ['GET'] })],
    });
    expect((await ask(secure.http, { tls: false })).status).toBe(403);
    const answer = await ask(secure.https, { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.header('x-cache')).toBe('Error from cloudfront');
    expect(secure.origin.got).toEqual([]);
  });

  it('learns that CloudFront answered', async () => {
    const { https } = await fakeDistribution(() => plain(200, 'ok', [['Via', '1.1 kong/3.9.3']]));
    const answer = await ask(https);
    expect(answer.header('x-cache')).toBe('Miss from cloudfront');
    expect(answer.header('x-amz-cf-pop')).toBeDefined();
    expect(answer.headers.filter(([name]) => name === 'Via').map(([, value]) => value)).toEqual([
      '1.1 kong/3.9.3',
      expect.stringMatching(/^1\.1 e[0-9a-f]{13}\.cloudfront\.localhost \(CloudFront\)$/),
    ]);
  });
});

describe('an origin', () => {
  it('gets 502 and 504 said for it', async () => {
    for (const [reason, status] of [
      ['refused', 502],
      ['reset', 502],
      ['timeout', 504],
    ] as const) {
      const answer = await ask((await fakeDistribution(failing(reason))).https);
      expect([answer.status, answer.header('server')]).toEqual([status, 'CloudFront']);
      expect(answer.body).toContain(`${String(status)} ERROR`);
    }
    const { https, plane } = await fakeDistribution();
    plane.registry.forget('aws_lb_listener.https');
    expect((await ask(https)).status).toBe(502);
  });

  it('is given up after its read timeout', async () => {
    const { https, origin, plane } = await fakeDistribution(() => new Promise(() => undefined));
    const answer = ask(https);
    await plane.clock.advance(0);
    await plane.clock.advance(59_999);
    expect(origin.got[0]?.signal.aborted).toBe(false);
    await plane.clock.advance(1);
    expect((await answer).status).toBe(504);
    expect(origin.got[0]?.signal.aborted).toBe(true);
  });

  it('has its 503 passed on as it is', async () => {
    const { https } = await fakeDistribution(() => plain(503, 'waking', [['Retry-After', '45']]), {
      custom_error_response: [{ error_code: 503, error_caching_min_ttl: 0 }],
    });
    const answer = await ask(https);
    expect([answer.status, answer.body, answer.header('retry-after')]).toEqual([503, 'waking', '45']);
  });

  it('takes upgrades, and 502 is said where it cannot be reached', async () => {
    const { https, origin } = await fakeDistribution();
    const seen: Duplex[] = [];
    origin.upgrade = (_request, socket) => Promise.resolve(void seen.push(socket));
    const socket = new PassThrough();
    const request = () => fakeRequest({ headers: [['Upgrade', 'websocket']] });
    await https.upgrade(request(), socket, Buffer.alloc(0));
    expect(seen).toEqual([socket]);
    origin.upgrade = failing('refused');
    await https.upgrade(request(), socket, Buffer.alloc(0));
    expect(String(socket.read())).toContain('502');
  });
});

describe('a distribution', () => {
  it('answers on both edges for its aliases and its own name alone', async () => {
    const { https, plane } = await fakeDistribution();
    const { domain_name } = plane.registry.attributes.get('aws_cloudfront_distribution.api') ?? {};
    expect((await ask(https, { host: 'API.shop.localhost:4400' })).status).toBe(200);
    expect((await ask(https, { host: String(domain_name) })).status).toBe(200);
    expect((await ask(https, { host: 'spa.shop.localhost' })).status).toBe(421);
  });

  it('tries behaviours in order and takes the default last', async () => {
    const { https } = await fakeDistribution(({ headers }) => plain(200, header(headers, 'host') ?? ''), {
      ordered_cache_behavior: [
        behaviour('s3', { path_pattern: '/static/*' }),
        behaviour('alb', { path_pattern: '/static/never' }),
        behaviour('s3', { path_pattern: '*.png' }),
      ],
    });
    const host = async (target: string) => (await ask(https, { target })).body;
    expect(await host('/static/never')).toBe(bucketDomain);
    expect(await host('/a/b.png?x=1')).toBe(bucketDomain);
    expect(await host('/Static/x')).toBe('api.shop.localhost');
    expect(await host('/x?y=/static/a.png')).toBe('api.shop.localhost');
  });

  it('asks its web ACL first, and says so when no rule was looked at', async () => {
    const { plane, https, apply, origin } = await fakeDistribution();
    const asked = async () => {
      const request = fakeRequest();
      const answer = await ask(https, request);
      return { answer, hops: request.trace.record().hops };
    };
    await apply({ web_acl_id: await fakeWebAcl(plane, { action: 'allow', evaluated: false }) });
    const { hops } = await asked();
    expect(hops.map(({ layer, outcome, notes }) => ({ layer, outcome, notes }))).toEqual([
      { layer: 'cloudfront', outcome: 200, notes: { behaviour: 'default', origin: 'alb' } },
      { layer: 'waf', outcome: 'allow', notes: { rules: 'not evaluated' } },
    ]);
    await fakeWebAcl(plane, {
      action: 'block',
      evaluated: true,
      rule: 'rate-limit',
      status: 403,
      body: 'Request blocked',
    });
    const { answer } = await asked();
    expect([answer.status, answer.body, origin.got.length]).toEqual([403, 'Request blocked', 1]);
  });

  it('notes the rules that its web ACL only counted', async () => {
    const { plane, https, apply } = await fakeDistribution();
    const counted = ['SizeRestrictions_BODY', 'AnonymousIPList'];
    await apply({ web_acl_id: await fakeWebAcl(plane, { action: 'allow', evaluated: true, counted }) });
    const request = fakeRequest();
    await ask(https, request);
    expect(request.trace.record().hops[1]?.notes).toEqual({
      rules: 'none matched',
      counted: 'SizeRestrictions_BODY, AnonymousIPList',
    });
  });

  it('says in the trace what came from its cache', async () => {
    const { plane, https, apply } = await fakeDistribution(() => plain(200, 'ok', [['Cache-Control', 'max-age=60']]));
    const address = 'data.aws_cloudfront_cache_policy.p';
    const name = 'Managed-CachingOptimized';
    const { id } = await plane.read(cloudfrontData.aws_cloudfront_cache_policy, address, { name });
    await apply({ default_cache_behavior: [behaviour('alb', { cache_policy_id: id })] });
    const request = fakeRequest();
    await ask(https);
    await ask(https, request);
    expect(request.trace.record().hops.map(({ notes }) => notes)).toEqual([{ behaviour: 'default', cache: 'Hit' }]);
  });

  it('refuses to be applied for an origin, a policy or a function that is not there', async () => {
    const { apply } = await fakeDistribution();
    await expect(apply({ default_cache_behavior: [behaviour('nowhere')] })).rejects.toMatchObject({
      code: 'ORIGIN_UNKNOWN',
    });
    const unknown = [behaviour('alb', { origin_request_policy_id: 'mine' })];
    await expect(apply({ default_cache_behavior: unknown })).rejects.toMatchObject({ code: 'POLICY_UNKNOWN' });
    const uncached = [behaviour('alb', { cache_policy_id: 'mine' })];
    await expect(apply({ default_cache_behavior: uncached })).rejects.toMatchObject({ code: 'POLICY_UNKNOWN' });
    const calls = [{ event_type: 'viewer-request', function_arn: 'arn:aws:cloudfront::0:function/mine' }];
    const calling = [behaviour('alb', { function_association: calls })];
    await expect(apply({ default_cache_behavior: calling })).rejects.toMatchObject({ code: 'FUNCTION_UNKNOWN' });
  });

  it('keeps its id and ARN', async () => {
    const [one, other] = [await fakeDistribution(), await fakeDistribution()];
    const attributes = ({ plane }: typeof one) => plane.registry.attributes.get('aws_cloudfront_distribution.api');
    expect(attributes(one)).toEqual(attributes(other));
    expect(attributes(one)?.['arn']).toMatch(/^arn:aws:cloudfront::000000000000:distribution\/E[0-9A-F]{13}$/);
    expect(albDomain).toContain('elb.localhost');
  });
});

describe('a site', () => {
  const files: Readonly<Record<string, string>> = { '/index.html': 'index', '/app.js': 'script' };
  const site = (more: object = {}) =>
    fakeDistribution(
      ({ target }) => plain(files[target] === undefined ? 403 : 200, files[target] ?? '<Error/>', [['ETag', '"1"']]),
      {
        default_root_object: 'index.html',
        default_cache_behavior: [behaviour('s3')],
        custom_error_response: [
          { error_code: 403, response_code: 200, response_page_path: '/index.html' },
          { error_code: 404, response_code: 200, response_page_path: '/index.html' },
        ],
        ...more,
      },
    );

  it('answers its root object, its files, and index.html with 200 for deep links', async () => {
    const { https } = await site();
    const answers = await Promise.all(['/', '/app.js', '/orders/7'].map((target) => ask(https, { target })));
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, 'index'],
      [200, 'script'],
      [200, 'index'],
    ]);
    expect(answers[2]?.header('x-cache')).toBe('Error from cloudfront');
  });

  it('asks for the error page without the viewer’s conditions', async () => {
    const { https, origin } = await site();
    await ask(https, {
      target: '/orders/7',
      headers: [
        ['If-None-Match', '"1"'],
        ['Range', 'bytes=0-1'],
      ],
    });
    const names = origin.got.map(({ headers }) => headers.map(([name]) => name.toLowerCase()));
    expect(names[0]).toEqual(expect.arrayContaining(['if-none-match', 'range']));
    expect(names[1]).not.toEqual(expect.arrayContaining(['if-none-match']));
    expect(names[1]).not.toEqual(expect.arrayContaining(['range']));
  });

  it('answers the page’s own error when the page is not there either', async () => {
    const { https } = await site({
      custom_error_response: [{ error_code: 403, response_code: 200, response_page_path: '/gone.html' }],
    });
    expect((await ask(https, { target: '/x' })).status).toBe(403);
  });

  it('applies the response headers policy, and sees it change', async () => {
    const { https, plane, apply } = await site();
    const policy = (value: string) =>
      plane.apply(
        cloudfrontLocal.aws_cloudfront_response_headers_policy,
        'aws_cloudfront_response_headers_policy.sites',
        {
          custom_headers_config: [{ items: [{ header: 'X-Team', value, override: true }] }],
        },
      );
    const { id } = await policy('one');
    await apply({ default_cache_behavior: [behaviour('s3', { response_headers_policy_id: id })] });
    expect((await ask(https, { target: '/deep' })).header('x-team')).toBe('one');
    await policy('two');
    expect((await ask(https)).header('x-team')).toBe('two');
  });

  it('answers 400 for a path that cannot be decoded', async () => {
    expect((await ask((await site()).https, { target: '/%E0%A4%A' })).status).toBe(400);
  });
});

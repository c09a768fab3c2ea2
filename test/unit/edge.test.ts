import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { albLocal } from '../../src/layers/alb/local/index.js';
import { cloudfrontData, cloudfrontLocal } from '../../src/layers/cloudfront/local/index.js';
import { s3Local } from '../../src/layers/s3/local/index.js';
import { wafLocal } from '../../src/layers/waf/local/index.js';
import { createFakePlane } from '../../src/local/testing/fake-context.js';
import { ask, fakeRequest, recording } from '../../src/local/testing/fake-request.js';

async function plane() {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-edge-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return createFakePlane({ folder });
}

const behaviour = (origin: string, more: object = {}) => ({
  target_origin_id: origin,
  viewer_protocol_policy: 'redirect-to-https',
  allowed_methods: ['GET', 'HEAD'],
  ...more,
});

it('serves a site from a private bucket through its distribution alone', async () => {
  const { apply, listening, registry } = await plane();
  const bucket = await apply(s3Local.aws_s3_bucket, 'aws_s3_bucket.site', { bucket: 'site' });
  const access = await apply(
    cloudfrontLocal.aws_cloudfront_origin_access_control,
    'aws_cloudfront_origin_access_control.sites',
    { name: 'sites', origin_access_control_origin_type: 's3', signing_behavior: 'always', signing_protocol: 'sigv4' },
  );
  const distribution = await apply(cloudfrontLocal.aws_cloudfront_distribution, 'aws_cloudfront_distribution.site', {
    aliases: ['spa.shop.localhost'],
    default_root_object: 'index.html',
    origin: [
      {
        origin_id: 's3',
        domain_name: bucket['bucket_regional_domain_name'],
        origin_access_control_id: access['id'],
      },
    ],
    default_cache_behavior: [behaviour('s3')],
    custom_error_response: [{ error_code: 403, response_code: 200, response_page_path: '/index.html' }],
  });
  await apply(s3Local.aws_s3_bucket_policy, 'aws_s3_bucket_policy.site', {
    bucket: 'site',
    policy: JSON.stringify({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::site/*',
          Condition: { StringEquals: { 'AWS:SourceArn': distribution['arn'] } },
        },
      ],
    }),
  });
  const store = registry.connect('aws_s3_bucket.site', 'bucket');
  const put = (key: string, text: string) =>
    store.put({ key, body: Buffer.from(text), contentType: 'text/html', cacheControl: 'no-cache' });
  await put('index.html', 'index');
  await put('assets/ä b+c.js', 'script');

  const host = 'spa.shop.localhost';
  const bodies = ['/', '/assets/%C3%A4%20b+c.js', '/orders/7'].map(
    async (target) => (await ask(listening('edge-https'), { host, target })).body,
  );
  expect(await Promise.all(bodies)).toEqual(['index', 'script', 'index']);
  expect((await ask(listening('s3'), { host: 'localhost:4407', target: '/site/index.html' })).status).toBe(403);
});

it('lets requests reach the gateway by CloudFront, and not past it', async () => {
  const { apply, read, listening, registry, clock } = await plane();
  const lb = await apply(albLocal.aws_lb, 'aws_lb.main', { name: 'shop-dev-alb' });
  const group = await apply(albLocal.aws_lb_target_group, 'aws_lb_target_group.gateway', { name: 'gateway' });
  const listener = await apply(albLocal.aws_lb_listener, 'aws_lb_listener.https', {
    load_balancer_arn: lb['arn'],
    port: 443,
    protocol: 'HTTPS',
    default_action: [{ type: 'fixed-response', fixed_response: [{ content_type: 'text/plain', status_code: '403' }] }],
  });
  await apply(albLocal.aws_lb_listener_rule, 'aws_lb_listener_rule.origin_verify', {
    listener_arn: listener['arn'],
    priority: 1,
    condition: [{ http_header: [{ http_header_name: 'X-Origin-Verify', values: ['s3cret'] }] }],
    action: [{ type: 'forward', target_group_arn: group['arn'] }],
  });
  const gateway = recording();
  registry.connect('aws_lb_target_group.gateway', 'targetGroup').register({
    id: 'gateway-1',
    address: 'aws_ecs_service.gateway',
    handler: gateway,
    healthHandler: recording(),
  });
  await clock.advance(0);
  const webAcl = await apply(wafLocal.aws_wafv2_web_acl, 'aws_wafv2_web_acl.edge', {
    name: 'edge',
    scope: 'CLOUDFRONT',
    default_action: [{ allow: [{}] }],
    visibility_config: [{ cloudwatch_metrics_enabled: true, metric_name: 'edge', sampled_requests_enabled: true }],
  });
  const policy = await read(
    cloudfrontData.aws_cloudfront_origin_request_policy,
    'data.aws_cloudfront_origin_request_policy.all_viewer',
    { name: 'Managed-AllViewerAndCloudFrontHeaders-2022-06' },
  );
  await apply(cloudfrontLocal.aws_cloudfront_distribution, 'aws_cloudfront_distribution.api', {
    aliases: ['api.shop.localhost'],
    web_acl_id: webAcl['arn'],
    origin: [
      {
        origin_id: 'alb',
        domain_name: lb['dns_name'],
        custom_origin_config: [{ http_port: 80, https_port: 443, origin_protocol_policy: 'https-only' }],
        custom_header: [{ name: 'X-Origin-Verify', value: 's3cret' }],
      },
    ],
    default_cache_behavior: [behaviour('alb', { origin_request_policy_id: policy['id'] })],
  });

  expect((await ask(listening('alb-443'), { headers: [['X-Origin-Verify', 'guessed']] })).status).toBe(403);
  const request = fakeRequest({ headers: [['x-origin-verify', 'guessed']] });
  expect((await ask(listening('edge-https'), request)).status).toBe(200);
  expect(request.trace.record().hops.map(({ layer, address }) => [layer, address])).toEqual([
    ['cloudfront', 'aws_cloudfront_distribution.api'],
    ['waf', 'aws_wafv2_web_acl.edge'],
    ['alb', 'aws_lb_listener_rule.origin_verify'],
    ['ecs', 'aws_ecs_service.gateway'],
  ]);
  expect(Object.fromEntries(gateway.got[0]?.headers ?? [])).toMatchObject({
    Host: 'api.shop.localhost',
    'X-Forwarded-For': '198.51.100.7, 127.0.0.1',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Port': '443',
    'CloudFront-Viewer-Address': '198.51.100.7:50000',
  });
});

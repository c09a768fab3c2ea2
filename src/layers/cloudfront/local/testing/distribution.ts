import type { WebAclVerdict } from '../../../../local/contract/context.js';
import type { Handler } from '../../../../local/contract/http.js';
import { createFakePlane, type FakePlane } from '../../../../local/testing/fake-context.js';
import { recording, type RecordingHandler } from '../../../../local/testing/fake-request.js';
import { cloudfrontData, cloudfrontLocal } from '../index.js';

/** A distribution in a fake plane, in front of one origin. */
export interface FakeDistribution {
  readonly plane: FakePlane;
  readonly origin: RecordingHandler;
  readonly https: Handler;
  readonly http: Handler;
  /** Applies it again with other arguments. */
  apply(args?: object): Promise<unknown>;
}

export const albDomain = 'shop-dev-alb.eu-central-1.elb.localhost';
export const bucketDomain = 'site.s3.eu-central-1.amazonaws.com';

export const albOrigin = {
  origin_id: 'alb',
  domain_name: albDomain,
  custom_origin_config: [
    { http_port: 80, https_port: 443, origin_protocol_policy: 'https-only', origin_read_timeout: 60 },
  ],
  custom_header: [{ name: 'X-Origin-Verify', value: 's3cret' }],
};

export const bucketOrigin = { origin_id: 's3', domain_name: bucketDomain, origin_access_control_id: 'oac' };

export const allMethods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

export const behaviour = (origin: string, more: object = {}) => ({
  target_origin_id: origin,
  viewer_protocol_policy: 'redirect-to-https',
  allowed_methods: origin === 's3' ? ['GET', 'HEAD'] : allMethods,
  ...more,
});

/** The API's distribution, as its synth writes it. */
export async function fakeDistribution(
  respond?: Parameters<typeof recording>[0],
  args: object = {},
): Promise<FakeDistribution> {
  const plane = createFakePlane();
  const origin = recording(respond);
  plane.registry.publish('aws_lb_listener.https', albDomain, 443, origin);
  plane.registry.publish('aws_s3_bucket.site', bucketDomain, 443, origin);
  const policy = await plane.read(
    cloudfrontData.aws_cloudfront_origin_request_policy,
    'data.aws_cloudfront_origin_request_policy.all_viewer',
    { name: 'Managed-AllViewerAndCloudFrontHeaders-2022-06' },
  );
  await plane.apply(accessControl, 'aws_cloudfront_origin_access_control.sites', {
    origin_access_control_origin_type: 's3',
    signing_behavior: 'always',
  });
  const apply = (more: object = {}) =>
    plane.apply(cloudfrontLocal.aws_cloudfront_distribution, 'aws_cloudfront_distribution.api', {
      aliases: ['api.shop.localhost'],
      origin: [albOrigin, bucketOrigin],
      default_cache_behavior: [behaviour('alb', { origin_request_policy_id: policy['id'] })],
      ...args,
      ...more,
    });
  await apply();
  return { plane, origin, https: plane.listening('edge-https'), http: plane.listening('edge-http'), apply };
}

/** With the id that the fake distributions name. */
const accessControl = {
  ...cloudfrontLocal.aws_cloudfront_origin_access_control,
  attributes: () => ({ id: 'oac' }),
};

/** A web ACL with a given verdict. Answers its ARN. */
export async function fakeWebAcl(plane: FakePlane, verdict: WebAclVerdict): Promise<string> {
  const arn = 'arn:aws:wafv2:us-east-1:000000000000:global/webacl/edge/1';
  await plane.apply(
    {
      fidelity: 'exact',
      apply(_resource, ctx) {
        ctx.provide('webAcl', { evaluate: () => Promise.resolve(verdict) });
        return Promise.resolve({ arn });
      },
    },
    'aws_wafv2_web_acl.edge',
    {},
  );
  return arn;
}

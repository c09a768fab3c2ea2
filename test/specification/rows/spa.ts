import { expect } from 'vitest';
import type { PlannedStack } from '../../harness/mocked-plan-stack.js';
import type { Entry } from '../entry.js';
import { at, distributionOf, jsonAt, listAt, only, refersTo, statementsIn } from '../questions.js';

/** The bucket that answers for the SPA. */
export const siteBucket = (plan: PlannedStack) =>
  only(
    plan
      .all('aws_s3_bucket')
      .filter(({ address }) => refersTo(at(distributionOf(plan, 'spa').values, 'origin.0.domain_name'), address)),
    'bucket of the SPA',
  );

/** SPA Deployment. */
export const spa: readonly Entry[] = [
  {
    text: 'SPAs deploy to S3 with CloudFront:',
    resources: ['aws_s3_bucket.site_admin', 'aws_cloudfront_distribution.admin'],
    asserts: 'a bucket, and the distribution whose origin it is, with `index.html` as its root',
    check: (plan) => {
      expect(siteBucket(plan).values['bucket']).toBeDefined();
      expect(distributionOf(plan, 'spa').values['default_root_object']).toBe('index.html');
    },
  },
  {
    text: 'S3 bucket: private (no public access), versioning enabled',
    resources: [
      'aws_s3_bucket_public_access_block.site_admin',
      'aws_s3_bucket_versioning.site_admin',
      'aws_s3_bucket_policy.site_admin',
    ],
    asserts: 'all four blocks of public access, versions kept, read by the one distribution alone',
    check: (plan) => {
      const { name } = siteBucket(plan);
      expect(plan.get(`aws_s3_bucket_public_access_block.${name}`).values).toMatchObject({
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      });
      const versioning = plan.get(`aws_s3_bucket_versioning.${name}`).values;
      expect(at(versioning, 'versioning_configuration.0.status')).toBe('Enabled');
      const policy = jsonAt(plan.get(`aws_s3_bucket_policy.${name}`), 'policy');
      const allowed = listAt(policy, 'Statement').filter((statement) => at(statement, 'Effect') === 'Allow');
      for (const statement of allowed) {
        expect(at(statement, 'Principal')).toEqual({ Service: 'cloudfront.amazonaws.com' });
        expect(refersTo(at(statement, 'Condition'), distributionOf(plan, 'spa').address)).toBe(true);
      }
      expect(statementsIn({ Statement: allowed }).flatMap(({ actions }) => actions)).toEqual(['s3:GetObject']);
    },
  },
  {
    text: 'CloudFront OAC (Origin Access Control) with SigV4 signing',
    resources: ['aws_cloudfront_origin_access_control.sites'],
    asserts: 'every request to the bucket is signed with SigV4',
    check: (plan) => {
      const control = plan.get('aws_cloudfront_origin_access_control.sites');
      expect(control.values).toMatchObject({
        origin_access_control_origin_type: 's3',
        signing_behavior: 'always',
        signing_protocol: 'sigv4',
      });
      const origin = at(distributionOf(plan, 'spa').values, 'origin.0');
      expect(refersTo(at(origin, 'origin_access_control_id'), control.address)).toBe(true);
    },
  },
  {
    text: '403/404 errors redirect to `index.html` for client-side routing',
    resources: ['aws_cloudfront_distribution.admin', 'aws_wafv2_web_acl.edge'],
    asserts: '403 and 404 answer 200 with `/index.html`; a block by the web ACL carries a header of its own',
    note: 'The client is not redirected: the page answers under the address that was asked for.',
    check: (plan) => {
      const errors = listAt(distributionOf(plan, 'spa').values, 'custom_error_response');
      for (const code of [403, 404])
        expect(errors).toContainEqual(
          expect.objectContaining({ error_code: code, response_code: 200, response_page_path: '/index.html' }),
        );
      for (const rule of listAt(plan.get('aws_wafv2_web_acl.edge').values, 'rule')) {
        if (at(rule, 'action.0.block') === undefined) continue;
        expect(at(rule, 'action.0.block.0.custom_response.0.response_header.0.name')).toBe('x-blocked-by');
      }
    },
  },
];

import type { Layer } from '../../stack/layer.js';
import { cloudfrontData, cloudfrontLocal } from './local/index.js';
import { synth } from './synth.js';

/** CloudFront distributions and their policies. */
export const cloudfront: Layer<
  | 'aws_cloudfront_cache_policy'
  | 'aws_cloudfront_distribution'
  | 'aws_cloudfront_function'
  | 'aws_cloudfront_origin_access_control'
  | 'aws_cloudfront_response_headers_policy'
  | 'aws_cloudwatch_log_delivery'
  | 'aws_cloudwatch_log_delivery_destination'
  | 'aws_cloudwatch_log_delivery_source',
  'aws_cloudfront_cache_policy' | 'aws_cloudfront_origin_request_policy'
> = {
  name: 'cloudfront',
  synth,
  cost: {
    aws_cloudfront_cache_policy: 'free',
    aws_cloudfront_distribution: 'unpriced',
    aws_cloudfront_function: 'unpriced',
    aws_cloudfront_origin_access_control: 'free',
    aws_cloudfront_response_headers_policy: 'free',
    aws_cloudwatch_log_delivery: 'unpriced',
    aws_cloudwatch_log_delivery_destination: 'free',
    aws_cloudwatch_log_delivery_source: 'free',
  },
  audit: [],
  scannerSkips: () => [
    {
      check: 'CKV_AWS_86',
      reason:
        'Access logs are delivered by standard logging v2, which the check does not know; version 1 needs a bucket with ACLs.',
    },
    { check: 'CKV_AWS_259', reason: 'Every other directive is set; preload is for the owner of the domain to decide.' },
    { check: 'CKV_AWS_305', reason: 'The API and Next.js answer / themselves; sites have index.html.' },
    { check: 'CKV_AWS_310', reason: 'CloudFront does not fail over POST, PUT and DELETE, and there is one origin.' },
    { check: 'CKV_AWS_374', reason: 'Where users may come from is the application’s choice: waf.rules has countries.' },
  ],
  local: cloudfrontLocal,
  localData: cloudfrontData,
};

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
  local: cloudfrontLocal,
  localData: cloudfrontData,
};

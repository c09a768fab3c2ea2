import type { Layer } from '../../stack/layer.js';
import { s3Local } from './local/index.js';
import { synth } from './synth.js';

/** Buckets of the sites. */
export const s3: Layer<
  | 'aws_s3_bucket'
  | 'aws_s3_bucket_lifecycle_configuration'
  | 'aws_s3_bucket_ownership_controls'
  | 'aws_s3_bucket_policy'
  | 'aws_s3_bucket_public_access_block'
  | 'aws_s3_bucket_server_side_encryption_configuration'
  | 'aws_s3_bucket_versioning'
> = {
  name: 's3',
  synth,
  cost: {
    aws_s3_bucket: 'unpriced',
    aws_s3_bucket_lifecycle_configuration: 'free',
    aws_s3_bucket_ownership_controls: 'free',
    aws_s3_bucket_policy: 'free',
    aws_s3_bucket_public_access_block: 'free',
    aws_s3_bucket_server_side_encryption_configuration: 'free',
    aws_s3_bucket_versioning: 'free',
  },
  audit: [],
  scannerSkips: () => [
    {
      check: 'CKV_AWS_18',
      reason: 'Reads come through CloudFront, whose requests are logged; the log bucket cannot log to itself.',
    },
    {
      check: 'CKV_AWS_144',
      reason: 'Sites are built from source and logs are kept for a time: neither needs a second region.',
    },
    {
      check: 'CKV_AWS_145',
      reason:
        'Load balancer logs can only be written with S3’s own keys, and sites are public files; both are encrypted.',
    },
    { check: 'CKV2_AWS_62', reason: 'Nothing waits for changes of these buckets.' },
  ],
  local: s3Local,
};

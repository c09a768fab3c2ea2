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
  local: s3Local,
};

import type { Config } from '../../config/config.js';
import { concat, jsonText, template, type Expr } from '../../stack/expr.js';
import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource, type Resource } from '../../stack/stack.js';

type LifecycleRule = NonNullable<Resource<'aws_s3_bucket_lifecycle_configuration'>['args']['rule']>[number];

/** What tells one bucket from another. */
export interface BucketPlan {
  readonly address: `aws_s3_bucket.${string}`;
  readonly name: string;
  /** How long what is kept. */
  readonly keep: Pick<LifecycleRule, 'expiration' | 'noncurrent_version_expiration'>;
  /** Who may do something with its objects, besides the account. */
  readonly allow: (objects: Expr<string>) => readonly object[];
}

/** A bucket that is private, versioned, encrypted by S3, without ACLs, and refuses plain HTTP. */
export function bucket(config: Config, refs: Refs, { address, name, keep, allow }: BucketPlan): AnyResource[] {
  const id = address.slice('aws_s3_bucket.'.length);
  const bucket = attr(address, 'id');
  return [
    resource(address, {
      // 63 characters at most, of which the account takes 13. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (read 2026-11-23)
      bucket: template`${refs.name(50, name)}-${refs.accountId}`,
      force_destroy: !config.production,
      tags: { Name: refs.name(255, name) },
    }),
    resource(`aws_s3_bucket_versioning.${id}`, { bucket, versioning_configuration: [{ status: 'Enabled' }] }),
    resource(`aws_s3_bucket_public_access_block.${id}`, {
      bucket,
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    }),
    resource(`aws_s3_bucket_ownership_controls.${id}`, { bucket, rule: [{ object_ownership: 'BucketOwnerEnforced' }] }),
    resource(`aws_s3_bucket_server_side_encryption_configuration.${id}`, {
      bucket,
      rule: [{ apply_server_side_encryption_by_default: [{ sse_algorithm: 'AES256' }] }],
    }),
    resource(
      `aws_s3_bucket_lifecycle_configuration.${id}`,
      {
        bucket,
        rule: [
          {
            id: 'keep',
            status: 'Enabled',
            filter: [{ prefix: '' }],
            ...keep,
            abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
          },
        ],
      },
      { dependsOn: [`aws_s3_bucket_versioning.${id}`] },
    ),
    resource(
      `aws_s3_bucket_policy.${id}`,
      {
        bucket,
        policy: jsonText({
          Version: '2012-10-17',
          Statement: [...allow(concat(attr(address, 'arn'), '/*')), tlsOnly(attr(address, 'arn'))],
        }),
      },
      { dependsOn: [`aws_s3_bucket_public_access_block.${id}`] },
    ),
  ];
}

const tlsOnly = (arn: Expr<string>) => ({
  Sid: 'TlsOnly',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [arn, concat(arn, '/*')],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

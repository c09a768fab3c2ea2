import type { Config, SpaService } from '../../config/config.js';
import { concat, jsonText, template } from '../../stack/expr.js';
import type { SynthPart } from '../../stack/layer.js';
import { isSpa, type Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

/** Days that replaced and deleted versions of a site's files are kept. */
const keptVersionDays = 90;

/** A private, versioned bucket for each SPA that its distribution alone may read. */
export function synth(config: Config, refs: Refs): SynthPart {
  const sites = config.services.filter(isSpa);
  return {
    resources: sites.flatMap((site) => siteBucket(config, refs, site)),
    manifest: {
      sites: sites.map((site) => ({
        service: site.name,
        context: site.path,
        outputDir: site.outputDir,
        ...(site.build !== undefined && { build: site.build }),
        env: { ...site.env, API_URL: `https://${refs.apiHost}` },
        bucket: refs.siteBucket(site.name),
        distribution: refs.distribution(site.name),
      })),
    },
  };
}

function siteBucket(config: Config, refs: Refs, site: SpaService): AnyResource[] {
  const address = refs.siteBucket(site.name);
  const id = `site_${refs.id(site.name)}`;
  const bucket = attr(address, 'id');
  return [
    resource(address, {
      // 63 characters at most, of which the account takes 13. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (read 2026-11-23)
      bucket: template`${refs.name(50, site.name)}-${refs.accountId}`,
      force_destroy: !config.production,
      tags: { Name: refs.name(255, site.name) },
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
            id: 'old-versions',
            status: 'Enabled',
            filter: [{ prefix: '' }],
            noncurrent_version_expiration: [{ noncurrent_days: keptVersionDays }],
            abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
          },
        ],
      },
      { dependsOn: [`aws_s3_bucket_versioning.${id}`] },
    ),
    bucketPolicy(refs, site, id),
  ];
}

/** CloudFront reads for this one distribution, and nobody without TLS. @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html (read 2026-11-23) */
function bucketPolicy(refs: Refs, site: SpaService, id: string): AnyResource {
  const arn = attr(refs.siteBucket(site.name), 'arn');
  return resource(
    `aws_s3_bucket_policy.${id}`,
    {
      bucket: attr(refs.siteBucket(site.name), 'id'),
      policy: jsonText({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'DistributionReads',
            Effect: 'Allow',
            Principal: { Service: 'cloudfront.amazonaws.com' },
            Action: 's3:GetObject',
            Resource: concat(arn, '/*'),
            Condition: { StringEquals: { 'AWS:SourceArn': attr(refs.distribution(site.name), 'arn') } },
          },
          {
            Sid: 'TlsOnly',
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: [arn, concat(arn, '/*')],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      }),
    },
    { dependsOn: [`aws_s3_bucket_public_access_block.${id}`] },
  );
}

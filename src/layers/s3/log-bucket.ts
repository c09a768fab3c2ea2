import type { Config } from '../../config/config.js';
import { template } from '../../stack/expr.js';
import type { Refs } from '../../stack/refs.js';
import { attr, dataAttr, type AnyResource } from '../../stack/stack.js';
import { bucket } from './bucket.js';

/**
 * Access logs of the load balancer and of the distributions; a year in production, 90 days elsewhere. Encrypted by S3, since the load balancer
 * writes to no bucket with a KMS key.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html (read 2026-11-25)
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html (not re-read)
 */
export function logBucket(config: Config, refs: Refs): AnyResource[] {
  const days = config.production ? 365 : 90;
  const bucketArn = attr(refs.logBucket, 'arn');
  const partition = dataAttr(refs.partition, 'partition');
  return bucket(config, refs, {
    address: refs.logBucket,
    name: 'logs',
    keep: { expiration: [{ days }], noncurrent_version_expiration: [{ noncurrent_days: 1 }] },
    allow: () => [
      {
        Sid: 'LoadBalancerWrites',
        Effect: 'Allow',
        Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: template`${bucketArn}/alb/AWSLogs/${refs.accountId}/*`,
        Condition: {
          StringEquals: { 'aws:SourceAccount': refs.accountId },
          ArnLike: {
            'aws:SourceArn': template`arn:${partition}:elasticloadbalancing:${refs.region}:${refs.accountId}:loadbalancer/*`,
          },
        },
      },
      {
        // AWS's own statement, to the letter: it adds what it misses, and the next plan would remove that.
        Sid: 'AWSLogDeliveryWrite',
        Effect: 'Allow',
        Principal: { Service: 'delivery.logs.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: template`${bucketArn}/AWSLogs/${refs.accountId}/*`,
        Condition: {
          StringEquals: { 'aws:SourceAccount': refs.accountId, 's3:x-amz-acl': 'bucket-owner-full-control' },
          ArnLike: { 'aws:SourceArn': template`arn:${partition}:logs:us-east-1:${refs.accountId}:delivery-source:*` },
        },
      },
    ],
  });
}

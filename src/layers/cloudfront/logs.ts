import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

const destination = 'aws_cloudwatch_log_delivery_destination.access_logs';
const extra = { provider: 'us_east_1' } as const;

/**
 * Access logs of every distribution in the log bucket, by CloudFront's second version of standard logging: the first needs a bucket
 * with access control lists. Its resources live in us-east-1; the bucket need not.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html (not re-read)
 */
export function accessLogs(refs: Refs, names: readonly string[]): AnyResource[] {
  return [
    resource(
      destination,
      {
        name: refs.name(60, 'access-logs'),
        output_format: 'json',
        delivery_destination_configuration: [{ destination_resource_arn: attr(refs.logBucket, 'arn') }],
        tags: { Name: refs.name(60, 'access-logs') },
      },
      { ...extra, dependsOn: ['aws_s3_bucket_policy.logs'] },
    ),
    ...names.flatMap((name, index) => {
      const before = names[index - 1];
      const source = `aws_cloudwatch_log_delivery_source.${refs.id(name)}` as const;
      return [
        resource(
          source,
          {
            name: refs.name(60, name),
            log_type: 'ACCESS_LOGS',
            resource_arn: attr(refs.distribution(name), 'arn'),
            tags: { Name: refs.name(60, name) },
          },
          extra,
        ),
        resource(
          `aws_cloudwatch_log_delivery.${refs.id(name)}`,
          {
            delivery_source_name: attr(source, 'name'),
            delivery_destination_arn: attr(destination, 'arn'),
            tags: { Name: refs.name(60, name) },
          },
          // One after the other: AWS refuses a second change of one destination while the first goes on, and provider 5 does not try again.
          // https://github.com/hashicorp/terraform-provider-aws/issues/42947 (read 2026-11-25)
          before === undefined ? extra : { ...extra, dependsOn: [`aws_cloudwatch_log_delivery.${refs.id(before)}`] },
        ),
      ];
    }),
  ];
}

import type { Config } from '../../config/config.js';
import { jsonText, template, type Value } from '../../stack/expr.js';
import type { SynthPart } from '../../stack/layer.js';
import type { Refs } from '../../stack/refs.js';
import { attr, dataAttr, resource, type AnyResource } from '../../stack/stack.js';

const edgeRegion = 'us-east-1';

/** The environment's key: logs, secrets, images, databases and alarms; and one in us-east-1 for the logs of what lives there. */
export function synth(config: Config, refs: Refs): SynthPart {
  return {
    resources: [
      ...key(config, refs, 'main', config.region, ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com']),
      ...key(config, refs, 'edge', edgeRegion, []),
    ],
  };
}

function key(
  config: Config,
  refs: Refs,
  name: 'main' | 'edge',
  region: string,
  publishers: readonly string[],
): AnyResource[] {
  const address = `aws_kms_key.${name}` as const;
  const extra = name === 'edge' ? ({ provider: 'us_east_1' } as const) : {};
  return [
    resource(
      address,
      {
        description: `${config.project} ${config.environment}${name === 'edge' ? ' (us-east-1)' : ''}`,
        enable_key_rotation: true,
        deletion_window_in_days: config.production ? 30 : 7,
        policy: jsonText({
          Version: '2012-10-17',
          Statement: [owner(refs), logs(refs, region), ...publishers.map((service) => publisher(refs, service))],
        }),
        tags: { Name: refs.name(255, name) },
      },
      // In production the final snapshot, the kept backups and the secrets that can be restored are encrypted with it: it outlives them.
      config.production && name === 'main' ? { ...extra, lifecycle: { prevent_destroy: true } } : extra,
    ),
    resource(
      `aws_kms_alias.${name}`,
      {
        name: `alias/${refs.name(240, name)}`,
        target_key_id: attr(address, 'key_id'),
      },
      extra,
    ),
  ];
}

/**
 * The account's IAM policies decide who uses the key. A key without this statement could become unmanageable.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html (not re-read)
 */
const owner = (refs: Refs) => ({
  Sid: 'AccountDecides',
  Effect: 'Allow',
  Principal: { AWS: template`arn:${dataAttr(refs.partition, 'partition')}:iam::${refs.accountId}:root` },
  Action: 'kms:*',
  Resource: '*',
});

/** Log groups of this account. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html (not re-read) */
const logs = (refs: Refs, region: string) => ({
  Sid: 'LogGroups',
  Effect: 'Allow',
  Principal: { Service: `logs.${region}.amazonaws.com` },
  Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
  Resource: '*',
  Condition: {
    ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arnOfLogs(refs, region) },
  },
});

const arnOfLogs = (refs: Refs, region: string): Value<string> =>
  template`arn:${dataAttr(refs.partition, 'partition')}:logs:${region}:${refs.accountId}:*`;

/** Messages to the encrypted alarm topic. @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html (not re-read) */
const publisher = (refs: Refs, service: string) => ({
  Sid: `Alarms${service.split('.')[0] ?? ''}`,
  Effect: 'Allow',
  Principal: { Service: service },
  Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
  Resource: '*',
  Condition: { StringEquals: { 'aws:SourceAccount': refs.accountId } },
});

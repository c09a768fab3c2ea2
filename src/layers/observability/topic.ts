import type { Config } from '../../config/config.js';
import { jsonText } from '../../stack/expr.js';
import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

/** Who publishes: the alarms and the budget of this account. */
const publishers = { Alarms: 'cloudwatch.amazonaws.com', Budget: 'budgets.amazonaws.com' } as const;

/**
 * The encrypted topic of alarms and budget. AWS sends a link to `alarms.email` first; nothing arrives until it is opened.
 * An encrypted topic needs a key whose policy lets the publishers use it: the environment's key does.
 * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html (read 2026-11-25)
 */
export function alarmTopic(config: Config, refs: Refs): AnyResource[] {
  const arn = attr(refs.alarmTopic, 'arn');
  const name = refs.name(256, 'alarms');
  const { email } = config.alarms;
  return [
    resource(refs.alarmTopic, { name, kms_master_key_id: attr(refs.key, 'arn'), tags: { Name: name } }),
    resource('aws_sns_topic_policy.alarms', {
      arn,
      policy: jsonText({
        Version: '2012-10-17',
        Statement: [
          ...Object.entries(publishers).map(([Sid, Service]) => ({
            Sid,
            Effect: 'Allow',
            Principal: { Service },
            Action: 'sns:Publish',
            Resource: arn,
            Condition: { StringEquals: { 'aws:SourceAccount': refs.accountId } },
          })),
          {
            Sid: 'TlsOnly',
            Effect: 'Deny',
            Principal: '*',
            Action: 'sns:Publish',
            Resource: arn,
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      }),
    }),
    ...(email === undefined
      ? []
      : [resource('aws_sns_topic_subscription.email', { topic_arn: arn, protocol: 'email', endpoint: email })]),
  ];
}

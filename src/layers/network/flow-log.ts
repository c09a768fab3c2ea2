import type { Config } from '../../config/config.js';
import { concat, jsonText } from '../../stack/expr.js';
import { logGroup } from '../../stack/log-group.js';
import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';
import { trust } from '../../stack/trust.js';

const group = 'aws_cloudwatch_log_group.flow_log';
const role = 'aws_iam_role.flow_log';

/**
 * The VPC's flow log: everything in production, refused connections elsewhere (logs are paid by size).
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html (read 2026-11-25)
 */
export function flowLog(config: Config, refs: Refs): AnyResource[] {
  return [
    logGroup(config, refs, group, `/${config.project}/${config.environment}/flow-log`),
    resource(role, {
      name: refs.name(64, 'flow-log'),
      assume_role_policy: trust(refs, 'vpc-flow-logs.amazonaws.com'),
      tags: { Name: refs.name(64, 'flow-log') },
    }),
    resource('aws_iam_role_policy.flow_log', {
      name: 'write-log',
      role: attr(role, 'id'),
      policy: jsonText({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
            Resource: concat(attr(group, 'arn'), ':*'),
          },
        ],
      }),
    }),
    resource(
      'aws_flow_log.main',
      {
        vpc_id: attr(refs.vpc, 'id'),
        traffic_type: config.production ? 'ALL' : 'REJECT',
        log_destination_type: 'cloud-watch-logs',
        log_destination: attr(group, 'arn'),
        iam_role_arn: attr(role, 'arn'),
        tags: { Name: refs.name(255, 'flow-log') },
      },
      { dependsOn: ['aws_iam_role_policy.flow_log'] },
    ),
  ];
}

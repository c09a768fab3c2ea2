import type { Config } from '../../config/config.js';
import { concat, jsonText, template, type Value } from '../../stack/expr.js';
import { logGroup } from '../../stack/log-group.js';
import { zoneIndexes, type Refs, type SecurityGroupRole } from '../../stack/refs.js';
import { attr, dataAttr, resource, type AnyResource } from '../../stack/stack.js';
import { plainTrust } from '../../stack/trust.js';
import { bundle } from './bundle.js';

export type BundleName = Parameters<typeof bundle>[0];

/** One of Landfall's functions. */
export interface FunctionPlan {
  readonly name: BundleName;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly environment?: Readonly<Record<string, Value<string>>>;
  /** Its group, when it runs in the private subnets. */
  readonly securityGroup?: SecurityGroupRole;
  /** What it may do besides writing its log. */
  readonly permissions: readonly object[];
}

/** Path of a bundle in the artifact. */
export const bundlePath = (name: BundleName): string => `lambda/${name}.zip`;

/** A function with its log group and its role. */
export function lambdaFunction(config: Config, refs: Refs, plan: FunctionPlan): AnyResource[] {
  const id = refs.id(plan.name);
  const physical = refs.name(64, plan.name);
  const log = `aws_cloudwatch_log_group.${id}` as const;
  return [
    logGroup(config, refs, log, `/aws/lambda/${physical}`),
    ...roleOf(refs, plan, log),
    resource(
      `aws_lambda_function.${id}`,
      {
        function_name: physical,
        description: plan.description,
        role: attr(`aws_iam_role.${id}`, 'arn'),
        filename: bundlePath(plan.name),
        source_code_hash: bundle(plan.name).sha256Base64,
        runtime: 'nodejs22.x',
        architectures: ['arm64'],
        handler: 'index.handler',
        memory_size: plan.memoryMiB,
        timeout: plan.timeoutSeconds,
        tracing_config: [{ mode: 'Active' }],
        dead_letter_config: [{ target_arn: attr(refs.functionFailures, 'arn') }],
        ...(plan.environment && {
          environment: [{ variables: plan.environment }] as const,
          kms_key_arn: attr(refs.key, 'arn'),
        }),
        ...(plan.securityGroup && {
          vpc_config: [
            {
              subnet_ids: zoneIndexes.map((zone) => attr(refs.subnet('private', zone), 'id')),
              security_group_ids: [attr(refs.securityGroup(plan.securityGroup), 'id')],
            },
          ] as const,
        }),
        tags: { Name: physical },
      },
      {
        dependsOn: [
          log,
          `aws_iam_role_policy.${id}`,
          ...(plan.securityGroup ? [`aws_iam_role_policy_attachment.${id}` as const] : []),
        ],
      },
    ),
  ];
}

function roleOf(refs: Refs, plan: FunctionPlan, log: `aws_cloudwatch_log_group.${string}`): AnyResource[] {
  const id = refs.id(plan.name);
  const role = `aws_iam_role.${id}` as const;
  return [
    resource(role, {
      name: refs.name(64, plan.name),
      assume_role_policy: plainTrust('lambda.amazonaws.com'),
      tags: { Name: refs.name(64, plan.name) },
    }),
    resource(`aws_iam_role_policy.${id}`, {
      name: 'work',
      role: attr(role, 'id'),
      policy: jsonText({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: concat(attr(log, 'arn'), ':*'),
          },
          // Traces have no resource of their own. https://docs.aws.amazon.com/xray/latest/devguide/security_iam_service-with-iam.html (not re-read)
          { Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' },
          { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: attr(refs.functionFailures, 'arn') },
          ...(plan.environment ? [{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: attr(refs.key, 'arn') }] : []),
          ...plan.permissions,
        ],
      }),
    }),
    // Network interfaces in the VPC. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html (read 2026-11-23)
    ...(plan.securityGroup
      ? [
          resource(`aws_iam_role_policy_attachment.${id}`, {
            role: attr(role, 'name'),
            policy_arn: template`arn:${dataAttr(refs.partition, 'partition')}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole`,
          }),
        ]
      : []),
  ];
}

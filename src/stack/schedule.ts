import { jsonText, type Value } from './expr.js';
import type { Refs } from './refs.js';
import { attr, resource, type Address, type AnyResource } from './stack.js';
import { trust } from './trust.js';

/** Who calls a function at fixed times: a role of the same name as Terraform identifier and, with hyphens, as physical name. */
interface Caller {
  readonly role: 'scheduler' | 'sleep_schedule';
  readonly function: Address<'aws_lambda_function'>;
}

/** One schedule. */
export interface SchedulePlan extends Caller {
  readonly address: Address<'aws_scheduler_schedule'>;
  readonly name: string;
  readonly description: string;
  readonly group?: Value<string>;
  /** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html (not re-read) */
  readonly expression: string;
  readonly timezone: string;
  readonly input: object;
}

/** What may start the function, read the encrypted input, and keep what failed. */
export function scheduleRole(refs: Refs, caller: Caller): AnyResource[] {
  const role = `aws_iam_role.${caller.role}` as const;
  const name = refs.name(64, caller.role.replace('_', '-'));
  return [
    resource(role, {
      name,
      assume_role_policy: trust(refs, 'scheduler.amazonaws.com'),
      tags: { Name: name },
    }),
    resource(`aws_iam_role_policy.${caller.role}`, {
      name: 'invoke',
      role: attr(role, 'id'),
      policy: jsonText({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: attr(caller.function, 'arn') },
          { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: attr(refs.functionFailures, 'arn') },
          // The scheduler reads its encrypted input as this role.
          // https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html (not re-read)
          { Effect: 'Allow', Action: 'kms:Decrypt', Resource: attr(refs.key, 'arn') },
        ],
      }),
    }),
  ];
}

/** A schedule that calls the function with its input, tries five times more, and keeps what failed. */
export function schedule(refs: Refs, plan: SchedulePlan): AnyResource {
  return resource(
    plan.address,
    {
      name: plan.name,
      description: plan.description,
      ...(plan.group && { group_name: plan.group }),
      schedule_expression: plan.expression,
      schedule_expression_timezone: plan.timezone,
      kms_key_arn: attr(refs.key, 'arn'),
      flexible_time_window: [{ mode: 'OFF' }],
      target: [
        {
          arn: attr(plan.function, 'arn'),
          role_arn: attr(`aws_iam_role.${plan.role}`, 'arn'),
          input: jsonText(plan.input),
          retry_policy: [{ maximum_retry_attempts: 5, maximum_event_age_in_seconds: 3600 }],
          dead_letter_config: [{ arn: attr(refs.functionFailures, 'arn') }],
        },
      ],
    },
    { dependsOn: [`aws_iam_role_policy.${plan.role}`] },
  );
}

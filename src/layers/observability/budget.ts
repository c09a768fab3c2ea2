import type { Config } from '../../config/config.js';
import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

/**
 * What the environment costs in a month, against `budgetUsd`: told at 80 % spent, and when AWS forecasts more than all of it.
 *
 * **It counts nothing until the tags `Project` and `Environment` are activated as cost allocation tags**, by hand, in the billing console of the
 * account that pays (Billing → Cost allocation tags); AWS takes up to a day, and earlier costs are not counted. What AWS cannot tag
 * (some data transfer, tax) is not in it either.
 *
 * A tag that users made is filtered as `user:{key}${value}`; several values of one filter may name several keys.
 * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/custom-tags.html (read 2026-11-25)
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/40987 (the prefix) and /issues/5890 (several keys; read 2026-11-25)
 */
export function budget(config: Config, refs: Refs): AnyResource[] {
  const { budgetUsd, alarms } = config;
  if (budgetUsd === undefined) return [];
  // The topic's subscription must be confirmed first; what a budget mails itself arrives without.
  const told = {
    subscriber_sns_topic_arns: [attr(refs.alarmTopic, 'arn')],
    ...(alarms.email !== undefined && { subscriber_email_addresses: [alarms.email] }),
  };
  const above = { comparison_operator: 'GREATER_THAN', threshold_type: 'PERCENTAGE', ...told };
  const name = refs.name(100, 'monthly');
  return [
    resource(
      'aws_budgets_budget.main',
      {
        name,
        budget_type: 'COST',
        time_unit: 'MONTHLY',
        limit_amount: String(budgetUsd),
        limit_unit: 'USD',
        cost_filter: [
          { name: 'TagKeyValue', values: [`user:Project$${config.project}`, `user:Environment$${config.environment}`] },
        ],
        notification: [
          { ...above, notification_type: 'ACTUAL', threshold: 80 },
          { ...above, notification_type: 'FORECASTED', threshold: 100 },
        ],
        tags: { Name: name },
      },
      // A budget may only name a topic that lets it publish.
      { dependsOn: ['aws_sns_topic_policy.alarms'] },
    ),
  ];
}

import { inert, type Layer } from '../../stack/layer.js';
import { metricAlarm } from './local/alarm/index.js';
import { cloudWatch } from './local/api.js';
import { topic } from './local/topic.js';
import { synth } from './synth.js';

/** Alarms and who is told of them, the dashboard, the budget; and log groups, emitted by the rooms whose logs they hold. */
export const observability: Layer<
  | 'aws_budgets_budget'
  | 'aws_cloudwatch_dashboard'
  | 'aws_cloudwatch_log_group'
  | 'aws_cloudwatch_log_metric_filter'
  | 'aws_cloudwatch_metric_alarm'
  | 'aws_sns_topic'
  | 'aws_sns_topic_policy'
  | 'aws_sns_topic_subscription'
> = {
  name: 'observability',
  synth,
  cost: {
    aws_budgets_budget: 'free',
    aws_cloudwatch_dashboard: 'unpriced',
    aws_cloudwatch_log_group: 'unpriced',
    aws_cloudwatch_log_metric_filter: 'unpriced',
    aws_cloudwatch_metric_alarm: 'unpriced',
    aws_sns_topic: 'free',
    aws_sns_topic_policy: 'free',
    aws_sns_topic_subscription: 'free',
  },
  audit: [],
  awsApis: [cloudWatch],
  scannerSkips: (config) =>
    config.production
      ? []
      : [{ check: 'CKV_AWS_338', reason: 'Logs are kept for a year in production, for 30 days elsewhere.' }],
  local: {
    aws_budgets_budget: inert('Nothing costs anything locally.'),
    aws_cloudwatch_dashboard: inert('There is no CloudWatch locally.'),
    aws_cloudwatch_log_metric_filter: inert('Nobody counts the lines of a log locally: its alarm stays silent.'),
    aws_cloudwatch_metric_alarm: metricAlarm,
    aws_sns_topic: topic,
    aws_sns_topic_policy: inert('Permissions are not evaluated locally.'),
    aws_sns_topic_subscription: inert('Nobody is told by e-mail locally.'),
    aws_cloudwatch_log_group: inert('Tasks write to files in the plane’s logs folder.', ({ args }, ctx) => ({
      arn: `arn:aws:logs:${ctx.region}:${ctx.accountId}:log-group:${String(args['name'])}`,
      name: args['name'],
    })),
  },
};

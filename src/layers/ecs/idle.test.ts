import { describe, expect, test } from 'vitest';
import type { Config } from '../../config/config.js';
import { refsOf } from '../../stack/refs.js';
import { expression } from '../../stack/terraform-json.js';
import { configOf, nestService } from '../../stack/testing/config.js';
import { emptyStack } from '../../stack/testing/stack.js';
import { viewOf } from '../../stack/view.js';
import { idle } from './idle.js';

const viewFor = (services: Config['services'], more: Partial<Config> = {}) => {
  const config = configOf({ services, ...more });
  return viewOf({ ...emptyStack, resources: idle(config, refsOf(config)) });
};

interface Query {
  readonly id: string;
  readonly expression?: string;
  readonly metric?: readonly [{ readonly metric_name: string; readonly dimensions: Readonly<Record<string, string>> }];
}

const queriesOf = (view: ReturnType<typeof viewFor>, name: `aws_cloudwatch_metric_alarm.${string}`) =>
  expression(view.get(name)?.args.metric_query) as readonly Query[];

const targetGroups = (queries: readonly Query[]) =>
  queries.flatMap(({ metric }) => metric?.[0].dimensions['TargetGroup'] ?? []);

describe('a service that may sleep', () => {
  const services = [
    nestService('auth-service'),
    nestService('offers-service', { calls: ['auth-service'] }),
    nestService('reports', { calls: ['offers-service'] }),
    nestService('always', { minInstances: 1 }),
  ];
  const view = viewFor(services, { sleep: { afterMinutes: 20, schedule: undefined, timezone: 'UTC' } });

  test('does so after the whole window without a request, wake-up or job', () => {
    expect(view.get('aws_cloudwatch_metric_alarm.reports_idle')?.args).toMatchObject({
      comparison_operator: 'LessThanThreshold',
      threshold: 1,
      evaluation_periods: 20,
      datapoints_to_alarm: 20,
      treat_missing_data: 'notBreaching',
    });
    const [used, running] = queriesOf(view, 'aws_cloudwatch_metric_alarm.reports_idle');
    expect([used?.expression, running?.expression]).toEqual([
      'MAX([running,wake_ups])',
      'IF(cpu>=0,FILL(requests_0,0),1)',
    ]);
  });

  test('counts the requests of every service that reaches it by Cloud Map, directly or not', () => {
    expect(targetGroups(queriesOf(view, 'aws_cloudwatch_metric_alarm.auth_service_idle'))).toEqual([
      '${aws_lb_target_group.auth_service.arn_suffix}',
      '${aws_lb_target_group.offers_service.arn_suffix}',
      '${aws_lb_target_group.reports.arn_suffix}',
    ]);
    expect(targetGroups(queriesOf(view, 'aws_cloudwatch_metric_alarm.reports_idle'))).toEqual([
      '${aws_lb_target_group.reports.arn_suffix}',
    ]);
  });

  test('goes to exactly no task by the alarm alone', () => {
    expect(expression(view.get('aws_appautoscaling_policy.reports_sleep')?.args)).toMatchObject({
      policy_type: 'StepScaling',
      step_scaling_policy_configuration: [
        {
          adjustment_type: 'ExactCapacity',
          step_adjustment: [{ metric_interval_upper_bound: '0', scaling_adjustment: 0 }],
        },
      ],
    });
    expect(expression(view.get('aws_cloudwatch_metric_alarm.reports_idle')?.args.alarm_actions)).toEqual([
      '${aws_appautoscaling_policy.reports_sleep.arn}',
    ]);
  });

  test('is told from one that never sleeps', () => {
    expect(view.get('aws_cloudwatch_metric_alarm.always_idle')).toBeUndefined();
    expect(view.get('aws_appautoscaling_policy.always_sleep')).toBeUndefined();
  });

  test('with more callers than an alarm takes metrics goes by all that the load balancer got', () => {
    const callers = Array.from({ length: 8 }, (_, index) =>
      nestService(`caller-${String(index)}`, { calls: ['base'] }),
    );
    const queries = queriesOf(viewFor([nestService('base'), ...callers]), 'aws_cloudwatch_metric_alarm.base_idle');
    expect(targetGroups(queries)).toEqual([]);
    expect(queries.filter(({ metric }) => metric !== undefined).length).toBeLessThanOrEqual(10);
    expect(queries.map(({ metric }) => metric?.[0].metric_name)).toContain('RequestCount');
  });
});

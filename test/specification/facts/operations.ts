import { expect } from 'vitest';
import { at, backends, listAt, only, refersTo, textAt } from '../questions.js';
import { lineOf, opening } from '../security-groups.js';
import { everywhere, type Fact } from './fact.js';

/** Logs, keys, alarms, jobs, and the ways out. */
export const operationsFacts: readonly Fact[] = [
  {
    name: 'logs are encrypted, and kept for 30 days in dev and a year in prod',
    check: (plan, name) => {
      expect(plan.all('aws_cloudwatch_log_group')).not.toHaveLength(0);
      for (const { values, address } of plan.all('aws_cloudwatch_log_group')) {
        expect(values['retention_in_days'], address).toBe(name === 'prod' ? 365 : 30);
        expect(
          refersTo(values['kms_key_id'], 'aws_kms_key.main') || refersTo(values['kms_key_id'], 'aws_kms_key.edge'),
          address,
        ).toBe(true);
      }
    },
  },
  {
    name: 'keys rotate, and a deleted one can be brought back',
    in: everywhere,
    check: (plan) => {
      for (const { values, address } of plan.all('aws_kms_key')) {
        expect(values['enable_key_rotation'], address).toBe(true);
        expect(Number(values['deletion_window_in_days']), address).toBeGreaterThanOrEqual(7);
      }
      for (const { values, address } of plan.all('aws_secretsmanager_secret'))
        expect(refersTo(values['kms_key_id'], 'aws_kms_key.main'), address).toBe(true);
    },
  },
  {
    name: 'every secret has a value that Terraform writes once and never reads, but those that the config declares',
    check: (plan) => {
      const declared = ['offers_service__STRIPE_KEY', 'mailer__SMTP_URL'];
      const written = plan.all('aws_secretsmanager_secret_version');
      for (const { name } of plan.all('aws_secretsmanager_secret')) {
        const own = written.filter(({ values }) => values['secret_id'] === `aws_secretsmanager_secret.${name}.id`);
        expect(own, name).toHaveLength(declared.includes(name) ? 0 : 1);
        for (const { written: block } of own) expect(block, name).toHaveProperty('secret_string_wo');
      }
    },
  },
  {
    name: 'these ways lead out of these groups, and no other',
    check: (plan) => {
      expect(opening(plan, 'egress').map((one) => lineOf(one).replace(' from ', ' to '))).toEqual([
        'alb 3000-3081 to ecs',
        'app_runner all to 0.0.0.0/0',
        'database_init 443 to 0.0.0.0/0',
        'database_init 5432 to rds',
        'ecs all to 0.0.0.0/0',
        'job_invoker 3000-3081 to ecs',
        'job_invoker 443 to 0.0.0.0/0',
      ]);
    },
  },
  {
    name: 'the whole VPC logs its traffic in prod and what it refuses elsewhere, and S3 is reached without NAT',
    in: everywhere,
    check: (plan, name) => {
      const logged = name === 'prod' ? 'ALL' : 'REJECT';
      expect(plan.get('aws_flow_log.main').values).toMatchObject({ vpc_id: 'aws_vpc.main.id', traffic_type: logged });
      const { values } = plan.get('aws_vpc_endpoint.s3');
      expect(values['vpc_endpoint_type']).toBe('Gateway');
      expect(values['route_table_ids']).toEqual(['aws_route_table.private_a.id', 'aws_route_table.private_b.id']);
    },
  },
  {
    name: 'each alarm tells the topic, or puts a service to sleep',
    check: (plan) => {
      for (const { values, address } of plan.all('aws_cloudwatch_metric_alarm')) {
        const actions = listAt(values, 'alarm_actions');
        expect(actions, address).toHaveLength(1);
        expect(textAt(actions, '0'), address).toMatch(/aws_sns_topic\.alarms$|aws_appautoscaling_policy\.\w+_sleep$/);
        expect(textAt(values, 'alarm_description'), address).not.toBe('');
      }
      expect(refersTo(plan.get('aws_sns_topic.alarms').values['kms_master_key_id'], 'aws_kms_key.main')).toBe(true);
    },
  },
  {
    name: 'the configured address hears alarms, and the configured budget is watched',
    in: ['prod'],
    check: (plan) => {
      const mail = only(plan.all('aws_sns_topic_subscription'), 'subscription');
      expect(mail.values).toMatchObject({ protocol: 'email', endpoint: 'ops@example.com' });
      expect(plan.get('aws_budgets_budget.main').values).toMatchObject({
        limit_amount: '900',
        limit_unit: 'USD',
        time_unit: 'MONTHLY',
      });
    },
  },
  {
    name: 'a service sleeps after 15 minutes without requests, wake-ups and jobs, its callers’ requests included',
    in: ['dev'],
    check: (plan) => {
      for (const { name } of backends(plan)) {
        const { values } = plan.get(`aws_cloudwatch_metric_alarm.${name}_idle`);
        expect(values).toMatchObject({
          evaluation_periods: 15,
          datapoints_to_alarm: 15,
          treat_missing_data: 'notBreaching',
        });
        expect(values).toMatchObject({ comparison_operator: 'LessThanThreshold', threshold: 1 });
        const queries = listAt(values, 'metric_query');
        expect(refersTo(queries, `aws_lb_target_group.${name}`), name).toBe(true);
        const counted = queries.find((query) => at(query, 'return_data') === true);
        expect(textAt(counted, 'expression')).toBe('MAX([running,wake_ups])');
        const running = queries.find((query) => at(query, 'id') === 'running');
        expect(textAt(running, 'expression')).toMatch(/^IF\(cpu>=0,FILL\(requests_0,0\).*,1\)$/);
        for (const query of queries.filter((one) => one !== counted && one !== running))
          expect(at(query, 'metric.0.period'), name).toBe(60);
      }
      const callee = plan.get('aws_cloudwatch_metric_alarm.auth_service_idle').values['metric_query'];
      expect(refersTo(callee, 'aws_lb_target_group.offers_service')).toBe(true);
    },
  },
  {
    name: 'a wake-up that the gateway gives up is counted in its log, and alarmed',
    in: ['dev'],
    check: (plan) => {
      const { values } = plan.get('aws_cloudwatch_log_metric_filter.wake_up_failed');
      expect(values['pattern']).toBe('"landfall: the wake-up failed"');
      expect(values['log_group_name']).toBe(plan.get('aws_cloudwatch_log_group.gateway').values['name']);
      const alarm = plan.get('aws_cloudwatch_metric_alarm.wake_up_unreachable').values;
      for (const [counted, watched] of [
        ['namespace', 'namespace'],
        ['name', 'metric_name'],
      ] as const)
        expect(alarm[watched]).toBe(textAt(values, `metric_transformation.0.${counted}`));
      expect(alarm).toMatchObject({ threshold: 1, statistic: 'Sum', treat_missing_data: 'notBreaching' });
    },
  },
  {
    name: 'a service says in a tag what it calls, so that this is woken first',
    in: ['dev'],
    check: (plan) => {
      const tags = plan.get('aws_ecs_service.offers_service').values['tags'];
      const callee = textAt(plan.get('aws_ecs_service.auth_service').values, 'name');
      expect(textAt(tags, 'landfall:calls').split(' ')).toContain(callee);
    },
  },
  {
    name: 'a job is called on its schedule, in its time zone, and what fails is kept',
    check: (plan) => {
      const { values } = only(plan.all('aws_scheduler_schedule'), 'schedule');
      expect(values).toMatchObject({
        schedule_expression: 'cron(0 3 * * ? *)',
        schedule_expression_timezone: 'Europe/Berlin',
      });
      const target = at(values, 'target.0');
      expect(refersTo(at(target, 'arn'), 'aws_lambda_function.job_invoker')).toBe(true);
      expect(refersTo(at(target, 'dead_letter_config'), 'aws_sqs_queue.function_failures')).toBe(true);
      expect(textAt(target, 'input')).toContain('/jobs/expire-offers');
    },
  },
  {
    name: 'other domains are redirected by a function of their distribution',
    in: ['prod'],
    check: (plan) => {
      for (const domain of ['example.org', 'www.example.org']) {
        const found = plan
          .all('aws_cloudfront_distribution')
          .filter(({ values }) => listAt(values, 'aliases').includes(domain));
        const [functions] = found.map(({ values }) => at(values, 'default_cache_behavior.0.function_association.0'));
        expect(at(functions, 'event_type'), domain).toBe('viewer-request');
        expect(refersTo(at(functions, 'function_arn'), 'aws_cloudfront_function.redirect'), domain).toBe(true);
      }
    },
  },
  {
    name: 'App Runner reaches the VPC from the private subnets, and keeps at least one instance',
    check: (plan, name) => {
      const connector = plan.get('aws_apprunner_vpc_connector.main').values;
      expect(connector['subnets']).toEqual(['aws_subnet.private_a.id', 'aws_subnet.private_b.id']);
      const service = plan.get('aws_apprunner_service.web').values;
      expect(at(service, 'network_configuration.0.egress_configuration.0.egress_type')).toBe('VPC');
      const size = at(service, 'instance_configuration.0');
      expect([at(size, 'cpu'), at(size, 'memory')]).toEqual(name === 'prod' ? ['1024', '2048'] : ['256', '512']);
      const bounds = only(plan.all('aws_apprunner_auto_scaling_configuration_version'), 'scaling').values;
      expect([bounds['min_size'], bounds['max_size']]).toEqual([1, name === 'prod' ? 10 : 4]);
    },
  },
  {
    name: 'what the escape hatch changes is changed, and nothing is lost',
    in: ['prod'],
    check: (plan) => {
      expect(plan.get('aws_db_instance.main').values['maintenance_window']).toBe('sun:03:00-sun:04:00');
      expect(plan.get('aws_lb.main').values['tags']).toEqual({ Name: 'shop-prod-alb', CostCentre: 'shop' });
    },
  },
];

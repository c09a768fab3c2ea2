import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../config/config.js';
import { refsOf } from '../../stack/refs.js';
import { expression } from '../../stack/terraform-json.js';
import {
  configOf,
  nestService,
  nextService,
  smallPostgres,
  spaService,
  workerService,
} from '../../stack/testing/config.js';
import { emptyStack } from '../../stack/testing/stack.js';
import { viewOf } from '../../stack/view.js';
import { synth } from './synth.js';

const viewFor = (given: Partial<Config> = {}) => {
  const config = configOf(given);
  return viewOf({ ...emptyStack, resources: synth(config, refsOf(config)).resources ?? [] });
};

const alarmsIn = (given: Partial<Config> = {}) => viewFor(given).all('aws_cloudwatch_metric_alarm');
const alarmIn = (given: Partial<Config>, name: string) => alarmsIn(given).find((alarm) => alarm.name === name)?.args;
const namesIn = (given: Partial<Config> = {}) =>
  alarmsIn(given)
    .map(({ name }) => name)
    .sort();

const job = { schedule: 'rate(5 minutes)', path: '/tidy', method: 'POST', timezone: 'UTC' };
const awake = { minInstances: 1 } as const;
const everything: Partial<Config> = {
  environment: 'prod',
  production: true,
  postgres: smallPostgres,
  redis: { nodeType: 'cache.t3.micro', replicas: 1 },
  services: [
    spaService('admin'),
    nestService('offers', { database: 'offers_db', jobs: { tidy: job } }),
    nextService('site', awake),
    nextService('web', { ...awake, runtime: 'app-runner' }),
    workerService('worker', awake),
  ],
};
const outsideProduction = { ...everything, environment: 'dev', production: false };

describe('alarms', () => {
  test('outside production are only those that say something is broken', () => {
    expect(namesIn(outsideProduction)).toEqual([
      'alb_own_5xx_high',
      'alb_target_5xx_high',
      'database_storage_low',
      'jobs_failed',
      'wake_up_failed',
      'wake_up_unreachable',
    ]);
    expect(namesIn()).toEqual(['alb_own_5xx_high', 'alb_target_5xx_high']);
  });

  test('in production cover every layer', () => {
    const names = namesIn(everything);
    expect(names).toEqual([
      'alb_latency_high',
      'alb_own_5xx_high',
      'alb_target_5xx_high',
      'database_connections_high',
      'database_cpu_high',
      'database_memory_low',
      'database_storage_low',
      'gateway_cpu',
      'gateway_memory',
      'gateway_unhealthy',
      'job_invoker_crashed',
      'jobs_failed',
      'nat_a_ports_exhausted',
      'nat_b_ports_exhausted',
      'offers_cpu',
      'offers_memory',
      'offers_unhealthy',
      'redis_001_cpu_high',
      'redis_001_memory_high',
      'redis_002_cpu_high',
      'redis_002_memory_high',
      'site_cpu',
      'site_memory',
      'site_unhealthy',
      'wake_up_crashed',
      'wake_up_failed',
      'wake_up_throttled',
      'wake_up_unreachable',
      'web_errors',
      'web_latency',
      'worker_cpu',
      'worker_memory',
    ]);
  });

  test('are not there for what the config has not', () => {
    const names = namesIn({ production: true, nat: 'instance', services: [nestService('api-service', awake)] });
    expect(names.filter((name) => /database|redis|wake|job|nat/.test(name))).toEqual([]);
    expect(namesIn({ production: true, nat: 'gateway' }).filter((name) => name.startsWith('nat'))).toEqual([
      'nat_a_ports_exhausted',
    ]);
  });

  test('tell the topic when they start and end, in words', () => {
    for (const { args, name } of alarmsIn(everything)) {
      expect(expression(args.alarm_actions)).toEqual(['${aws_sns_topic.alarms.arn}']);
      expect(expression(args.ok_actions)).toEqual(['${aws_sns_topic.alarms.arn}']);
      expect(String(args.alarm_description).length).toBeGreaterThan(80);
      expect(String(args.alarm_description).length).toBeLessThanOrEqual(1024);
      expect(String(args.alarm_description)).toMatch(/^[A-Z a-z].*\.$/);
      expect(args.alarm_name).toBe(`shop-prod-${name.replaceAll('_', '-')}`);
      expect(['notBreaching', 'missing', 'ignore']).toContain(args.treat_missing_data);
    }
  });

  test('of other services stay when one is added', () => {
    const services = [nestService('auth', awake), nestService('offers', awake)];
    const before = alarmsIn({ production: true, services: services.slice(1) });
    const after = alarmsIn({ production: true, services });
    expect(after).toEqual(expect.arrayContaining([...before]));
    expect(after.length - before.length).toBe(3);
  });

  test('never meet, whatever services are called', () => {
    const awkward = ['alb-target', 'alb-own-5xx', 'database', 'nat-a', 'redis-001', 'wake-up', 'jobs', 'job-invoker'];
    const services = [
      ...awkward.map((name) => nestService(name)),
      ...awkward.map((name) => nextService(`${name}-x`, { runtime: 'app-runner' })),
      nextService('alb', { runtime: 'app-runner' }),
    ];
    const names = alarmsIn({ ...everything, services }).map(({ args }) => args.alarm_name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('alarms of the load balancer', () => {
  test('alarm on few errors where nothing sleeps, and ride out wake-ups where something does', () => {
    const own = (services: Config['services']) => {
      const args = alarmIn({ production: true, services }, 'alb_own_5xx_high');
      return [args?.threshold, args?.evaluation_periods];
    };
    expect(own([nestService('offers', awake)])).toEqual([10, 1]);
    expect(own([nestService('offers')])).toEqual([50, 3]);
    expect(alarmIn({ services: [nestService('offers')] }, 'alb_target_5xx_high')?.evaluation_periods).toBe(3);
  });

  test('watch the share of 5xx answers of enough requests', () => {
    const args = alarmIn({}, 'alb_target_5xx_high');
    expect(args?.threshold).toBe(5);
    expect(args).not.toHaveProperty('metric_name');
    const queries = args?.metric_query?.map(({ id, return_data, expression: text }) => [id, return_data, text]);
    expect(queries).toEqual([
      ['watched', true, 'IF(requests >= 20, 100 * errors / requests, 0)'],
      ['requests', false, undefined],
      ['errors', false, undefined],
    ]);
    expect(expression(args?.metric_query?.[1]?.metric?.[0].dimensions)).toEqual({
      LoadBalancer: '${aws_lb.main.arn_suffix}',
    });
  });
});

describe('alarms of services', () => {
  test('name service and cluster, and take sleep for what it is', () => {
    const args = alarmIn(everything, 'offers_cpu');
    expect(expression(args?.dimensions)).toEqual({
      ClusterName: '${aws_ecs_cluster.main.name}',
      ServiceName: '${aws_ecs_service.offers.name}',
    });
    expect([args?.threshold, args?.period, args?.evaluation_periods]).toEqual([90, 300, 3]);
    expect(args?.treat_missing_data).toBe('notBreaching');
    expect(alarmIn(everything, 'worker_cpu')?.treat_missing_data).toBe('missing');
  });

  test('name App Runner’s own service', () => {
    const args = alarmIn(everything, 'web_latency');
    expect(expression(args?.dimensions)).toEqual({
      ServiceName: '${aws_apprunner_service.web.service_name}',
      ServiceID: '${aws_apprunner_service.web.service_id}',
    });
    expect([args?.extended_statistic, args?.statistic, args?.threshold]).toEqual(['p95', undefined, 2000]);
  });
});

describe('alarms of data', () => {
  const withClass = (instanceClass: string) => ({ production: true, postgres: { ...smallPostgres, instanceClass } });

  test('know storage in bytes and connections by instance class', () => {
    expect(alarmIn(withClass('db.t3.micro'), 'database_storage_low')?.threshold).toBe(4 * 2 ** 30);
    const limits = ['db.t3.micro', 'db.t4g.medium', 'db.m7g.large', 'db.r6g.large', 'db.r6g.4xlarge'].map(
      (name) => alarmIn(withClass(name), 'database_connections_high')?.threshold,
    );
    expect(limits).toEqual([66, 317, 653, 1324, 4000]);
    expect(alarmIn(withClass('db.r5.xlarge'), 'database_memory_low')?.threshold).toBe(Math.floor(1.6 * 2 ** 30));
  });

  test('leave out what depends on an unknown instance class', () => {
    for (const name of ['db.x2g.large', 'db.m6g.micro', 'db.t3.nano']) {
      expect(namesIn(withClass(name)).filter((alarm) => alarm.startsWith('database'))).toEqual([
        'database_cpu_high',
        'database_storage_low',
      ]);
    }
  });

  test('watch each node of the cache', () => {
    expect(alarmIn(everything, 'redis_002_memory_high')?.dimensions).toEqual({
      CacheClusterId: 'shop-prod-redis-002',
    });
  });
});

test('a wake-up that the gateway gives up is counted in its log, and the alarm watches that count', () => {
  const filter = viewFor(everything).get('aws_cloudwatch_log_metric_filter.wake_up_failed')?.args;
  expect(filter?.pattern).toBe('"landfall: the wake-up failed"');
  const lua = readFileSync(new URL('../gateway/lua/landfall-wake/call.lua', import.meta.url), 'utf8');
  expect(lua.match(/kong\.log\.err\("landfall: the wake-up failed for "/g)).toHaveLength(2);
  const metric = { namespace: 'Landfall/shop-prod', name: 'WakeUpCallFailures' };
  expect(filter?.metric_transformation).toEqual([{ ...metric, value: '1', unit: 'Count' }]);
  const watching = alarmIn(everything, 'wake_up_unreachable');
  expect(watching).toMatchObject({ namespace: metric.namespace, metric_name: metric.name, statistic: 'Sum' });
});

test('alarms of wake-ups and jobs watch Landfall’s metric and the queue of failed jobs', () => {
  const wake = alarmIn(everything, 'wake_up_failed');
  expect([wake?.namespace, wake?.metric_name, wake?.dimensions]).toEqual([
    'Landfall',
    'WakeUpFailures',
    { Stack: 'shop-prod' },
  ]);
  expect(expression(alarmIn(everything, 'jobs_failed')?.dimensions)).toEqual({
    QueueName: '${aws_sqs_queue.function_failures.name}',
  });
});

describe('the topic', () => {
  test('is encrypted, and takes messages of this account’s alarms and budget over TLS alone', () => {
    const view = viewFor();
    expect(expression(view.get('aws_sns_topic.alarms')?.args.kms_master_key_id)).toBe('${aws_kms_key.main.arn}');
    const policy = String(expression(view.get('aws_sns_topic_policy.alarms')?.args.policy));
    const { Statement } = JSON.parse(policy) as { readonly Statement: readonly Record<string, unknown>[] };
    expect(Statement.map((one) => [one['Effect'], one['Principal'], one['Condition']])).toEqual([
      ...['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'].map((Service) => [
        'Allow',
        { Service },
        { StringEquals: { 'aws:SourceAccount': '${data.aws_caller_identity.current.account_id}' } },
      ]),
      ['Deny', '*', { Bool: { 'aws:SecureTransport': 'false' } }],
    ]);
  });

  test('has a subscriber only when the config names one', () => {
    expect(viewFor().all('aws_sns_topic_subscription')).toEqual([]);
    const [subscription] = viewFor({ alarms: { email: 'ops@example.com' } }).all('aws_sns_topic_subscription');
    expect([subscription?.args.protocol, subscription?.args.endpoint]).toEqual(['email', 'ops@example.com']);
  });
});

describe('the budget', () => {
  test('is there only when the config sets one', () => {
    expect(viewFor().all('aws_budgets_budget')).toEqual([]);
  });

  test('counts what is tagged with project and environment', () => {
    const args = viewFor({ budgetUsd: 120.5 }).get('aws_budgets_budget.main')?.args;
    expect([args?.limit_amount, args?.limit_unit, args?.time_unit]).toEqual(['120.5', 'USD', 'MONTHLY']);
    expect(expression(args?.cost_filter)).toEqual([
      { name: 'TagKeyValue', values: ['user:Project$shop', 'user:Environment$dev'] },
    ]);
  });

  test('tells topic and e-mail at 80 % spent and 100 % forecast', () => {
    const notices = (email: string | undefined) =>
      viewFor({ budgetUsd: 50, alarms: { email } }).get('aws_budgets_budget.main')?.args.notification ?? [];
    expect(notices('ops@example.com').map((one) => [one.notification_type, one.threshold])).toEqual([
      ['ACTUAL', 80],
      ['FORECASTED', 100],
    ]);
    expect(notices('ops@example.com')[0]?.subscriber_email_addresses).toEqual(['ops@example.com']);
    expect(notices(undefined)[0]).not.toHaveProperty('subscriber_email_addresses');
  });
});

interface WidgetBody {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly region: string;
    readonly stat: string;
    readonly metrics: readonly (readonly unknown[])[];
  };
}

function widgetsOf(given: Partial<Config>): readonly WidgetBody[] {
  const body = viewFor(given).get('aws_cloudwatch_dashboard.main')?.args.dashboard_body;
  return (JSON.parse(String(expression(body))) as { readonly widgets: readonly WidgetBody[] }).widgets;
}

/** What a line counts for: a graph draws at most 500 lines. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html (read 2026-11-25) */
const weight = (line: readonly unknown[]): number => (typeof line[0] === 'string' ? 1 : 500);

describe('the dashboard', () => {
  test('draws every layer of the config, and only those', () => {
    expect(widgetsOf(everything).map(({ properties }) => properties.title)).toMatchInlineSnapshot(`
      [
        "CloudFront: requests",
        "CloudFront: 5xx answers, percent",
        "WAF: blocked requests by rule",
        "Load balancer: requests",
        "Load balancer: errors",
        "Load balancer: latency, seconds",
        "Services: CPU, percent",
        "Services: memory, percent",
        "Services: running tasks",
        "App Runner: requests",
        "App Runner: 5xx answers",
        "App Runner: p95 latency, milliseconds",
        "PostgreSQL: CPU, percent",
        "PostgreSQL: connections",
        "PostgreSQL: free storage, bytes",
        "PostgreSQL: free memory, bytes",
        "Redis: memory, percent",
        "Redis: CPU of the engine, percent",
        "Redis: connections",
        "Wake-ups",
        "Jobs: running",
        "Jobs: failed, waiting",
      ]
    `);
    const few = widgetsOf({ services: [nestService('offers', awake)] }).map(({ properties }) => properties.title);
    expect(few.filter((title) => /Postgre|Redis|Wake|Jobs|Runner/.test(title))).toEqual([]);
  });

  test('stays as it is when a service of the cluster is added', () => {
    const services = [nestService('auth'), workerService('mailer')];
    expect(widgetsOf({ services: [...services, nestService('offers')] })).toEqual(widgetsOf({ services }));
  });

  test('finds the services of its own cluster', () => {
    const [cpu] = widgetsOf({}).filter(({ properties }) => properties.title.startsWith('Services: CPU'));
    expect(cpu?.properties.metrics).toEqual([
      [
        {
          expression: `SEARCH('{AWS/ECS,ClusterName,ServiceName} ClusterName="\${aws_ecs_cluster.main.name}" MetricName="CPUUtilization"', 'Average')`,
          label: "$${PROP('Dim.ServiceName')}",
          id: 'e1',
        },
      ],
    ]);
  });

  test('has well-formed metrics: namespace, name, pairs of dimensions, options', () => {
    for (const { properties } of widgetsOf(everything)) {
      expect(properties.metrics.length, properties.title).toBeGreaterThan(0);
      for (const line of properties.metrics) {
        const texts = line.slice(0, -1);
        expect(typeof line.at(-1)).toBe('object');
        expect(texts.every((text) => typeof text === 'string' && text !== '')).toBe(true);
        expect(texts.length === 0 || (texts.length % 2 === 0 && texts.length >= 4)).toBe(true);
      }
    }
  });

  test('asks us-east-1 for what is at the edge, and the project’s region for the rest', () => {
    const edge = widgetsOf(everything).filter(({ properties }) => properties.region === 'us-east-1');
    expect(edge.map(({ properties }) => properties.title.split(':')[0])).toEqual(['CloudFront', 'CloudFront', 'WAF']);
    const others = widgetsOf(everything).filter(
      (widget) => !edge.some(({ properties }) => widget.properties.title === properties.title),
    );
    expect(new Set(others.map(({ properties }) => properties.region))).toEqual(new Set(['eu-central-1']));
  });

  test('fills 24 columns a row, without overlap', () => {
    const rows = new Map<number, readonly WidgetBody[]>();
    for (const one of widgetsOf(everything)) rows.set(one.y, [...(rows.get(one.y) ?? []), one]);
    expect([...rows.keys()]).toEqual([...rows.keys()].map((_, index) => index * 6));
    for (const row of rows.values()) {
      expect(row.map(({ x }) => x)).toEqual(row.map(({ width }, index) => index * width));
      expect(row.reduce((sum, { width }) => sum + width, 0)).toBe(24);
    }
  });

  test('of 60 services stays below CloudWatch’s limits', () => {
    const many = Array.from({ length: 60 }, (_, index) => `service-${String(index)}`);
    const kinds = [
      nestService,
      workerService,
      nextService,
      (name: string) => nextService(name, { runtime: 'app-runner' }),
    ];
    for (const kind of kinds) {
      const counts = widgetsOf({ ...everything, services: many.map((name) => kind(name)) }).map(({ properties }) =>
        properties.metrics.reduce((sum, line) => sum + weight(line), 0),
      );
      expect(counts.length).toBeLessThanOrEqual(500);
      expect(Math.max(...counts)).toBeLessThanOrEqual(500);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2500);
    }
  });
});

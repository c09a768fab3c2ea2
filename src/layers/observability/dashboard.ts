import type { Config } from '../../config/config.js';
import { jsonText, template } from '../../stack/expr.js';
import { canSleep, hasJobs, isNext, isSpa, type Refs } from '../../stack/refs.js';
import { attr, resource, type Resource } from '../../stack/stack.js';
import * as metrics from './metrics.js';
import { edgeRegion, placed, widget, type Line, type Row } from './widgets.js';

/**
 * One page for the whole environment, a row a layer.
 * AWS takes 500 widgets a dashboard, 500 metrics a widget and 2,500 metrics a dashboard; a graph draws at most 500 lines, however many a search finds.
 * The four searches and 60 front ends with a distribution each stay below that.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html (read 2026-11-25)
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html (read 2026-11-25)
 */
export function dashboard(config: Config, refs: Refs): Resource<'aws_cloudwatch_dashboard'> {
  const rows = [edge, loadBalancer, services, appRunner, database, cache, background].map((row) => row(config, refs));
  return resource('aws_cloudwatch_dashboard.main', {
    dashboard_name: refs.name(255, 'overview'),
    dashboard_body: jsonText({ widgets: placed(rows, config.region) }),
  });
}

/**
 * Distributions and web ACL, in us-east-1. A web ACL of CloudFront has no `Region` dimension; its rules are another room's, so a search finds them.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html (read 2026-11-25)
 */
function edge(config: Config, refs: Refs): Row {
  const names = [
    'api',
    ...config.services.filter((service) => isSpa(service) || isNext(service)).map(({ name }) => name),
  ];
  const blocked = `SEARCH('{AWS/WAFV2,Rule,WebACL} WebACL="${refs.name(128, 'edge')}" MetricName="BlockedRequests"', 'Sum')`;
  const each = (metric: string) =>
    names.map((name) => ({ metric: metrics.distribution(refs, name)(metric), label: name }));
  return [
    widget('CloudFront: requests', 'Sum', each('Requests'), edgeRegion),
    widget('CloudFront: 5xx answers, percent', 'Average', each('5xxErrorRate'), edgeRegion),
    widget('WAF: blocked requests by rule', 'Sum', [{ expression: blocked, label: "${PROP('Dim.Rule')}" }], edgeRegion),
  ];
}

function loadBalancer(_config: Config, refs: Refs): Row {
  const metric = metrics.loadBalancer(refs);
  const answers = [
    ['HTTPCode_Target_4XX_Count', '4xx of services'],
    ['HTTPCode_Target_5XX_Count', '5xx of services'],
    ['HTTPCode_ELB_4XX_Count', '4xx of the load balancer'],
    ['HTTPCode_ELB_5XX_Count', '5xx of the load balancer'],
  ] as const;
  return [
    widget('Load balancer: requests', 'Sum', [{ metric: metric('RequestCount'), label: 'requests' }]),
    widget(
      'Load balancer: errors',
      'Sum',
      answers.map(([name, label]) => ({ metric: metric(name), label })),
    ),
    widget(
      'Load balancer: latency, seconds',
      'p95',
      ['p50', 'p95', 'p99'].map((stat) => ({ metric: metric('TargetResponseTime'), label: stat, stat })),
    ),
  ];
}

/** Found by a search, so that the page stays as it is when a service comes or goes (one that is gone is drawn for two more weeks). */
function services(_config: Config, refs: Refs): Row {
  const each = (namespace: string, metric: string): Line => ({
    expression: template`SEARCH('{${namespace},ClusterName,ServiceName} ClusterName="${attr(refs.cluster, 'name')}" MetricName="${metric}"', 'Average')`,
    label: "${PROP('Dim.ServiceName')}",
  });
  return [
    widget('Services: CPU, percent', 'Average', [each('AWS/ECS', 'CPUUtilization')]),
    widget('Services: memory, percent', 'Average', [each('AWS/ECS', 'MemoryUtilization')]),
    widget('Services: running tasks', 'Average', [each('ECS/ContainerInsights', 'RunningTaskCount')]),
  ];
}

function appRunner(config: Config, refs: Refs): Row {
  const names = metrics.appRunnerServices(config);
  const each = (metric: string) =>
    names.map((name) => ({ metric: metrics.appRunner(refs, name)(metric), label: name }));
  if (names.length === 0) return [];
  return [
    widget('App Runner: requests', 'Sum', each('Requests')),
    widget('App Runner: 5xx answers', 'Sum', each('5xxStatusResponses')),
    widget('App Runner: p95 latency, milliseconds', 'p95', each('RequestLatency')),
  ];
}

function database(config: Config, refs: Refs): Row {
  if (config.postgres === undefined) return [];
  const metric = metrics.database(refs);
  const one = (title: string, stat: string, name: string) =>
    widget(title, stat, [{ metric: metric(name), label: name }]);
  return [
    one('PostgreSQL: CPU, percent', 'Average', 'CPUUtilization'),
    one('PostgreSQL: connections', 'Maximum', 'DatabaseConnections'),
    one('PostgreSQL: free storage, bytes', 'Minimum', 'FreeStorageSpace'),
    one('PostgreSQL: free memory, bytes', 'Average', 'FreeableMemory'),
  ];
}

function cache(config: Config, refs: Refs): Row {
  const nodes = metrics.cacheNodes(config, refs);
  if (nodes.length === 0) return [];
  const each = (name: string) => nodes.map((node) => ({ metric: node.metrics(name), label: node.number }));
  return [
    widget('Redis: memory, percent', 'Maximum', each('DatabaseMemoryUsagePercentage')),
    widget('Redis: CPU of the engine, percent', 'Average', each('EngineCPUUtilization')),
    widget('Redis: connections', 'Maximum', each('CurrConnections')),
  ];
}

function background(config: Config, refs: Refs): Row {
  const own = metrics.ownMetrics(refs);
  const wakes = ['WakeUps', 'WakeUpFailures'].map((name) => ({ metric: own(name), label: name }));
  const running = [{ metric: own('RunningJobs'), label: 'running' }];
  const failed = [{ metric: metrics.failedJobs(refs)('ApproximateNumberOfMessagesVisible'), label: 'failed' }];
  return [
    ...(config.services.some(canSleep) ? [widget('Wake-ups', 'Sum', wakes)] : []),
    ...(config.services.some(hasJobs)
      ? [widget('Jobs: running', 'Maximum', running), widget('Jobs: failed, waiting', 'Maximum', failed)]
      : []),
  ];
}

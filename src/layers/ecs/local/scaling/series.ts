import type { MetricId, Metrics } from '../../../../local/contract/metrics.js';
import { alarms, type Series } from './target-tracking.js';

const minuteMs = 60_000;

/** The metric that a service reports of its tasks' CPU. */
export const cpuMetric = (cluster: string, service: string): MetricId => ({
  namespace: 'AWS/ECS',
  name: 'CPUUtilization',
  dimensions: { ClusterName: cluster, ServiceName: service },
});

/** What the CPU alarms of a policy look at: the minutes until `minuteEnd`, oldest first. */
export function cpuSeries(metrics: Metrics, id: MetricId, minuteEnd: number): Series {
  return lastMinutes(metrics, id, 'Average', minuteEnd);
}

/**
 * The same of `ALBRequestCountPerTarget`. A minute in which targets were healthy and got no request counts as 0: the load balancer has no
 * datapoint of it.
 * @param label as a policy has it, `app/<name>/<id>/targetgroup/<name>/<id>`
 */
export function requestSeries(metrics: Metrics, label: string, minuteEnd: number): Series {
  const [loadBalancer = '', group = ''] = label.split(/\/(?=targetgroup\/)/);
  const id = (name: string): MetricId => ({
    namespace: 'AWS/ApplicationELB',
    name,
    dimensions: { LoadBalancer: loadBalancer, TargetGroup: group },
  });
  const healthy = lastMinutes(metrics, id('HealthyHostCount'), 'Maximum', minuteEnd);
  return lastMinutes(metrics, id('RequestCountPerTarget'), 'Sum', minuteEnd).map(
    (value, minute) => value ?? ((healthy[minute] ?? 0) > 0 ? 0 : undefined),
  );
}

function lastMinutes(metrics: Metrics, id: MetricId, statistic: 'Average' | 'Maximum' | 'Sum', until: number): Series {
  const from = until - alarms.inDatapoints * minuteMs;
  const found = new Map(
    metrics.series({ ...id, statistic, periodSeconds: 60, from, until }).map(({ time, value }) => [time, value]),
  );
  return Array.from({ length: alarms.inDatapoints }, (_, minute) => found.get(from + minute * minuteMs));
}

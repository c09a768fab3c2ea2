import type { Config } from '../../../config/config.js';
import { canSleep, type Refs } from '../../../stack/refs.js';
import { loadBalancer } from '../metrics.js';
import type { Alarm } from './alarm.js';

/** Below this number of requests in a window a share says nothing. */
const enoughRequests = 20;

/**
 * Errors and latency of all requests. Each passes the balancer twice: to the gateway, and from it to the service.
 *
 * While a service wakes up, errors are normal: the balancer answers 503 (no target) or 502 (not listening yet), and the gateway turns
 * that into a 503 of its own, which counts as a target's. Where a service can sleep both alarms therefore need three windows in a row (15 minutes;
 * a wake-up takes one or two), and the balancer's own errors five times as many.
 *
 * Metrics of errors exist only when there were some, so none means none.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html (read 2026-11-25)
 */
export function loadBalancerAlarms(config: Config, refs: Refs): readonly Alarm[] {
  const metric = loadBalancer(refs);
  const sleeping = config.services.some(canSleep);
  const common = { seconds: 300, missing: 'notBreaching' } as const;
  const windows = sleeping ? 3 : 1;
  const unlessWaking = sleeping
    ? ' Wake-ups cause such errors for a minute or two; this has lasted for 15 minutes, so it is something else.'
    : '';
  return [
    {
      ...common,
      what: 'alb-target-5xx-high',
      where: 'everywhere',
      description: `The services or the gateway answer at least 5 % of requests with a 5xx status.${unlessWaking} Look for exceptions in the services' logs (landfall infra:logs); if it began with a deploy, roll back.`,
      watch: {
        expression: `IF(requests >= ${String(enoughRequests)}, 100 * errors / requests, 0)`,
        series: {
          requests: { metric: metric('RequestCount'), statistic: 'Sum' },
          errors: { metric: metric('HTTPCode_Target_5XX_Count'), statistic: 'Sum' },
        },
      },
      limit: { atLeast: 5 },
      windows,
    },
    {
      ...common,
      what: 'alb-own-5xx-high',
      where: 'everywhere',
      description: `The load balancer itself answers 502, 503 or 504: no healthy task, a refused connection, or an answer that took over 60 seconds.${unlessWaking} See which services have too few tasks (landfall infra:status), then why they stop (landfall infra:logs).`,
      watch: { metric: metric('HTTPCode_ELB_5XX_Count'), statistic: 'Sum' },
      limit: { atLeast: sleeping ? 50 : 10 },
      windows,
    },
    {
      ...common,
      what: 'alb-latency-high',
      where: 'production',
      description:
        'For 15 minutes one request in twenty took 2 seconds or longer. Look at the dashboard for a service or database at its limit; else look for slow queries and slow calls to others.',
      watch: { metric: metric('TargetResponseTime'), statistic: 'p95' },
      limit: { atLeast: 2 },
      windows: 3,
    },
  ];
}

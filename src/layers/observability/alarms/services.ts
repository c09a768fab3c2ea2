import type { Config } from '../../../config/config.js';
import { canSleep, gatewayName, hasTargetGroup, inCluster, type Refs } from '../../../stack/refs.js';
import { appRunner, appRunnerServices, ecsService, targetGroup } from '../metrics.js';
import type { Alarm } from './alarm.js';

/**
 * Alarms of the gateway and each service, in production alone. Their names end with one of five words (`cpu`, `memory`, `unhealthy`, `errors`,
 * `latency`) and no other alarm's does: whatever services are called, no two alarms meet, and a new service changes no other's.
 */
export function serviceAlarms(config: Config, refs: Refs): readonly Alarm[] {
  const { services } = config;
  const tasks = services.filter(inCluster).map((service) => ({ name: service.name, sleeps: canSleep(service) }));
  const groups = services.filter(hasTargetGroup);
  return [
    ...[{ name: gatewayName, sleeps: false }, ...tasks].flatMap((service) => taskAlarms(refs, service)),
    ...[gatewayName, ...groups.map(({ name }) => name)].map((name) => unhealthy(refs, name)),
    ...appRunnerServices(config).flatMap((name) => appRunnerAlarms(refs, name)),
  ];
}

/** A service that may sleep reports nothing while it does. */
function taskAlarms(refs: Refs, service: { readonly name: string; readonly sleeps: boolean }): readonly Alarm[] {
  const { name, sleeps } = service;
  const metric = ecsService(refs, name);
  const common = {
    where: 'production',
    limit: { atLeast: 90 },
    seconds: 300,
    windows: 3,
    missing: sleeps ? 'notBreaching' : 'missing',
  } as const;
  return [
    {
      ...common,
      what: `${name}-cpu`,
      description: `The tasks of ${name} have used at least 90 % of their CPU for 15 minutes, although the service scales. Raise its maxInstances or its tier, or find what computes so much.`,
      watch: { metric: metric('CPUUtilization'), statistic: 'Average' },
    },
    {
      ...common,
      what: `${name}-memory`,
      description: `The tasks of ${name} have used at least 90 % of their memory for 15 minutes; at 100 % AWS kills them. Raise its tier, or look for a leak if it has been growing since the last deploy.`,
      watch: { metric: metric('MemoryUtilization'), statistic: 'Average' },
    },
  ];
}

const unhealthy = (refs: Refs, name: string): Alarm => ({
  what: `${name}-unhealthy`,
  where: 'production',
  description: `For 5 minutes a task of ${name} has failed the load balancer's health check (it must answer 200). The task runs but does not answer in time: look at its log (landfall infra:logs) for what blocks it, such as its database.`,
  watch: { metric: targetGroup(refs, name)('UnHealthyHostCount'), statistic: 'Maximum' },
  limit: { atLeast: 1 },
  seconds: 60,
  windows: 5,
  // Asleep, a target group has no targets to report.
  missing: 'notBreaching',
});

function appRunnerAlarms(refs: Refs, name: string): readonly Alarm[] {
  const metric = appRunner(refs, name);
  const common = { where: 'production', seconds: 300, missing: 'notBreaching' } as const;
  return [
    {
      ...common,
      what: `${name}-errors`,
      description: `${name} (App Runner) answered 10 requests or more with a 5xx status in 5 minutes. Look for exceptions in its log (landfall infra:logs); if it began with a deploy, roll back.`,
      watch: { metric: metric('5xxStatusResponses'), statistic: 'Sum' },
      limit: { atLeast: 10 },
      windows: 1,
    },
    {
      ...common,
      what: `${name}-latency`,
      description: `For 15 minutes one request in twenty to ${name} (App Runner) took 2 seconds or longer. Look for slow calls in server components and route handlers, or raise its tier.`,
      watch: { metric: metric('RequestLatency'), statistic: 'p95' },
      // Milliseconds, unlike the load balancer's.
      limit: { atLeast: 2000 },
      windows: 3,
    },
  ];
}

import type { Config, NestService } from '../../config/config.js';
import { canSleep, hasJobs, metrics, hasTargetGroup, type Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource, type Resource } from '../../stack/stack.js';

/**
 * Raw metrics that one alarm's expression may use.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create-alarm-on-metric-math-expression.html (not re-read)
 */
const metricsInAlarm = 10;

type Query = NonNullable<Resource<'aws_cloudwatch_metric_alarm'>['args']['metric_query']>[number];

/**
 * Puts a service to sleep after a window without requests. Neither tracking policy reaches 0, and idleness is not low CPU: light
 * traffic keeps a service awake, a running job and a wake-up too. Requests that come by Cloud Map pass no load balancer, so those
 * of every service that reaches this one through `calls` count as its own.
 */
export function idle(config: Config, refs: Refs): AnyResource[] {
  return config.services
    .filter(canSleep)
    .flatMap((service) => [sleepPolicy(refs, service), alarm(config, refs, service)]);
}

/**
 * The alarm goes on for some minutes after it has put the service to sleep, and its action with it: a service that is woken meanwhile must
 * not be put to sleep again. The cooldown of the sleep itself prevents it, and is over before the next sleep can be due.
 */
const sleepCooldownSeconds = 300;

function sleepPolicy(refs: Refs, { name }: NestService): AnyResource {
  const target = `aws_appautoscaling_target.${refs.id(name)}` as const;
  return resource(`aws_appautoscaling_policy.${refs.id(name)}_sleep`, {
    name: refs.name(255, name, 'sleep'),
    policy_type: 'StepScaling',
    service_namespace: attr(target, 'service_namespace'),
    resource_id: attr(target, 'resource_id'),
    scalable_dimension: attr(target, 'scalable_dimension'),
    step_scaling_policy_configuration: [
      {
        adjustment_type: 'ExactCapacity',
        cooldown: sleepCooldownSeconds,
        metric_aggregation_type: 'Maximum',
        step_adjustment: [{ metric_interval_upper_bound: '0', scaling_adjustment: 0 }],
      },
    ],
  });
}

/**
 * `cpu` has datapoints only while tasks run: without tasks the alarm has nothing to say but that a wake-up came, which happens before the
 * first task runs. `MAX` takes what is there.
 */
function alarm(config: Config, refs: Refs, service: NestService): AnyResource {
  const uses = [
    ...requestQueries(config, refs, service),
    ...(config.services.some(hasJobs) ? [landfallQuery(config, 'jobs', 'RunningJobs')] : []),
  ];
  const wakeUps = landfallQuery(config, 'wake_ups', 'WakeUps');
  const sum = uses.map(({ id }) => `FILL(${String(id)},0)`).join('+');
  return resource(`aws_cloudwatch_metric_alarm.${refs.id(service.name)}_idle`, {
    alarm_name: refs.name(255, service.name, 'idle'),
    alarm_description: `No request, wake-up or job for ${String(config.sleep.afterMinutes)} minutes: ${service.name} goes to sleep. Not a fault.`,
    comparison_operator: 'LessThanThreshold',
    threshold: 1,
    evaluation_periods: config.sleep.afterMinutes,
    datapoints_to_alarm: config.sleep.afterMinutes,
    treat_missing_data: 'notBreaching',
    alarm_actions: [attr(`aws_appautoscaling_policy.${refs.id(service.name)}_sleep`, 'arn')],
    metric_query: [
      { id: 'used', expression: 'MAX([running,wake_ups])', label: 'Requests, wake-ups and jobs', return_data: true },
      {
        id: 'running',
        expression: `IF(cpu>=0,${sum},1)`,
        label: 'Requests and jobs while tasks run',
        return_data: false,
      },
      cpuQuery(refs, service),
      ...uses,
      wakeUps,
    ],
    tags: { Name: refs.name(255, service.name, 'idle') },
  });
}

const query = (id: string, namespace: string, metric_name: string, stat: string, dimensions: object): Query => ({
  id,
  metric: [{ namespace, metric_name, stat, period: 60, dimensions: dimensions as Readonly<Record<string, string>> }],
  return_data: false,
});

const cpuQuery = (refs: Refs, { name }: NestService): Query =>
  query('cpu', 'AWS/ECS', 'CPUUtilization', 'Average', {
    ClusterName: attr(refs.cluster, 'name'),
    ServiceName: attr(refs.service(name), 'name'),
  });

const landfallQuery = (config: Config, id: string, metric: string): Query =>
  query(id, metrics.namespace, metric, 'Sum', { [metrics.dimension]: `${config.project}-${config.environment}` });

/** Requests to the service and to those that reach it; where they are too many for one alarm, all that the load balancer got. */
function requestQueries(config: Config, refs: Refs, service: NestService): readonly Query[] {
  const names = [...reaching(config, service.name)].sort();
  const loadBalancer = attr(refs.loadBalancer, 'arn_suffix');
  const requests = (id: string, dimensions: object) =>
    query(id, 'AWS/ApplicationELB', 'RequestCount', 'Sum', dimensions);
  const others = 2 + (config.services.some(hasJobs) ? 1 : 0);
  return names.length > metricsInAlarm - others
    ? [requests('requests', { LoadBalancer: loadBalancer })]
    : names.map((name, index) =>
        requests(`requests_${String(index)}`, {
          LoadBalancer: loadBalancer,
          TargetGroup: attr(refs.targetGroup(name), 'arn_suffix'),
        }),
      );
}

/** Names of the services behind the load balancer that call it, directly or through others, and its own. */
function reaching({ services }: Config, name: string): ReadonlySet<string> {
  const found = new Set([name]);
  for (const reached of found)
    for (const caller of services.filter(hasTargetGroup)) if (caller.calls.includes(reached)) found.add(caller.name);
  return found;
}

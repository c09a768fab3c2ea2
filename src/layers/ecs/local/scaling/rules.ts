import { z } from 'zod';
import type { AlarmNotice } from '../../../../local/contract/alarms.js';
import type { LocalContext } from '../../../../local/contract/context.js';
import type { Metrics } from '../../../../local/contract/metrics.js';
import { localArn, type LocalBehaviour } from '../../../../stack/layer.js';
import { liveService } from '../service.js';
import { Autoscaler } from './autoscaler.js';
import { cpuMetric, cpuSeries, requestSeries } from './series.js';
import type { StepPolicy } from './step-scaling.js';
import type { Series, TrackingPolicy } from './target-tracking.js';

const targetSchema = z.object({
  service_namespace: z.string(),
  resource_id: z.string(),
  scalable_dimension: z.string(),
  min_capacity: z.number(),
  max_capacity: z.number(),
});

/** Cooldowns default to 300 seconds for ECS. @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html (read 2026-11-25) */
const policySchema = z.object({
  name: z.string(),
  policy_type: z.string().default('StepScaling'),
  resource_id: z.string(),
  step_scaling_policy_configuration: z
    .array(
      z.object({
        adjustment_type: z.enum(['ChangeInCapacity', 'ExactCapacity', 'PercentChangeInCapacity']),
        cooldown: z.number().default(300),
        min_adjustment_magnitude: z.number().default(0),
        step_adjustment: z.array(
          z.object({
            metric_interval_lower_bound: z.coerce.number().optional(),
            metric_interval_upper_bound: z.coerce.number().optional(),
            scaling_adjustment: z.number(),
          }),
        ),
      }),
    )
    .max(1)
    .default([]),
  target_tracking_scaling_policy_configuration: z
    .array(
      z.object({
        target_value: z.number(),
        disable_scale_in: z.boolean().default(false),
        scale_in_cooldown: z.number().default(300),
        scale_out_cooldown: z.number().default(300),
        predefined_metric_specification: z
          .array(z.object({ predefined_metric_type: z.string(), resource_label: z.string().default('') }))
          .default([]),
      }),
    )
    .default([]),
});

const metricNames: Readonly<Record<string, TrackingPolicy['metric']>> = {
  ECSServiceAverageCPUUtilization: 'cpu',
  ALBRequestCountPerTarget: 'requests',
};

/** Between which counts a service scales. */
export const scalableTarget: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Scheduled actions and suspended scaling.',
  apply({ args }, ctx) {
    const target = targetSchema.parse(args);
    const { service_namespace, resource_id, scalable_dimension } = target;
    const bounds = { minimum: target.min_capacity, maximum: target.max_capacity };
    const service = serviceOf(resource_id, ctx);
    if (service?.scaling !== undefined) service.scaling.bounds = bounds;
    else if (service !== undefined) {
      const say = (line: string) => ctx.emit({ type: 'log', source: resource_id.split('/').at(-1) ?? '', line });
      const scaling = new Autoscaler(
        { scalable: service, everyMinute: (look) => ctx.metrics.evaluate(look), clock: ctx.cloudClock, say },
        bounds,
      );
      service.scaling = scaling;
    }
    return Promise.resolve({
      id: resource_id,
      arn: localArn(ctx, 'application-autoscaling', `scalable-target/${resource_id}`),
      service_namespace,
      resource_id,
      scalable_dimension,
    });
  },
  destroy({ args }, ctx) {
    const service = serviceOf(String(args['resource_id'] ?? ctx.prior?.['resource_id']), ctx);
    service?.scaling?.close();
    if (service !== undefined) service.scaling = undefined;
    return Promise.resolve();
  },
};

/** How a service scales. */
export const scalingPolicy: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Target tracking knows CPU (where processes can be measured; the gateway cannot) and requests per target, of which a minute without requests has 0; its alarms look at the minutes since the plane started. Step scaling looks at the newest datapoint alone, whatever its aggregation type.',
  apply({ args, address }, ctx) {
    const policy = policySchema.parse(args);
    const tracking = trackingOf(policy);
    const scaling = serviceOf(policy.resource_id, ctx)?.scaling;
    if (tracking === undefined) scaling?.remove(address);
    else scaling?.put(address, tracking, seriesOf(policy, tracking, ctx.metrics));
    const stepping = stepOf(policy);
    if (stepping !== undefined) {
      const notify = ({ alarm, state, value, threshold }: AlarmNotice) => {
        if (state !== 'ALARM') return;
        const scalable = serviceOf(policy.resource_id, ctx)?.scaling;
        scalable?.step(`the alarm ${alarm}`, stepping, (value ?? threshold) - threshold);
      };
      ctx.provide('alarmAction', { repeats: true, notify });
    }
    return Promise.resolve({
      id: policy.name,
      name: policy.name,
      resource_id: policy.resource_id,
      arn: localArn(
        ctx,
        'autoscaling',
        `scalingPolicy:local:resource/ecs/${policy.resource_id}:policyName/${policy.name}`,
      ),
    });
  },
  destroy({ args, address }, ctx) {
    serviceOf(String(args['resource_id'] ?? ctx.prior?.['resource_id']), ctx)?.scaling?.remove(address);
    return Promise.resolve();
  },
};

function trackingOf(policy: z.infer<typeof policySchema>): TrackingPolicy | undefined {
  const [configuration] = policy.target_tracking_scaling_policy_configuration;
  const metric = metricNames[configuration?.predefined_metric_specification[0]?.predefined_metric_type ?? ''];
  if (policy.policy_type !== 'TargetTrackingScaling' || configuration === undefined || metric === undefined)
    return undefined;
  return {
    metric,
    targetValue: configuration.target_value,
    scaleOutCooldownSeconds: configuration.scale_out_cooldown,
    scaleInCooldownSeconds: configuration.scale_in_cooldown,
    disableScaleIn: configuration.disable_scale_in,
  };
}

function stepOf(policy: z.infer<typeof policySchema>): StepPolicy | undefined {
  const [configuration] = policy.step_scaling_policy_configuration;
  if (policy.policy_type !== 'StepScaling' || configuration === undefined) return undefined;
  return {
    adjustmentType: configuration.adjustment_type,
    cooldownSeconds: configuration.cooldown,
    minimumMagnitude: configuration.min_adjustment_magnitude,
    steps: configuration.step_adjustment.map((one) => ({
      lowerBound: one.metric_interval_lower_bound,
      upperBound: one.metric_interval_upper_bound,
      adjustment: one.scaling_adjustment,
    })),
  };
}

function seriesOf(
  { resource_id, target_tracking_scaling_policy_configuration: [configuration] }: z.infer<typeof policySchema>,
  { metric }: TrackingPolicy,
  metrics: Metrics,
): (minuteEnd: number) => Series {
  const [, cluster = '', service = ''] = resource_id.split('/');
  const label = configuration?.predefined_metric_specification[0]?.resource_label ?? '';
  return metric === 'cpu'
    ? (end) => cpuSeries(metrics, cpuMetric(cluster, service), end)
    : (end) => requestSeries(metrics, label, end);
}

/** The service of `service/<cluster>/<name>`. */
function serviceOf(resourceId: string, ctx: LocalContext) {
  const name = resourceId.split('/').at(-1);
  const address = ctx.all('aws_ecs_service').find((candidate) => ctx.argumentsOf(candidate)?.['name'] === name);
  return address === undefined ? undefined : liveService(ctx, address);
}

import { concat, template } from '../../stack/expr.js';
import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';
import type { TaskPlan } from './service.js';

/** Tracks CPU and requests per target between the configured bounds; neither policy wakes or sleeps a service. */
export function scaling(refs: Refs, plan: TaskPlan): AnyResource[] {
  const id = refs.id(plan.name);
  const target = `aws_appautoscaling_target.${id}` as const;
  const policy = (name: string, metric: object, targetValue: number) =>
    resource(`aws_appautoscaling_policy.${id}_${name}`, {
      name: refs.name(255, plan.name, name),
      policy_type: 'TargetTrackingScaling',
      service_namespace: attr(target, 'service_namespace'),
      resource_id: attr(target, 'resource_id'),
      scalable_dimension: attr(target, 'scalable_dimension'),
      target_tracking_scaling_policy_configuration: [
        {
          target_value: targetValue,
          scale_in_cooldown: 300,
          scale_out_cooldown: 60,
          predefined_metric_specification: [metric] as never,
        },
      ],
    });
  return [
    resource(target, {
      service_namespace: 'ecs',
      resource_id: concat('service/', attr(refs.cluster, 'name'), '/', attr(refs.service(plan.name), 'name')),
      scalable_dimension: 'ecs:service:DesiredCount',
      min_capacity: plan.minInstances,
      max_capacity: plan.maxInstances,
    }),
    policy('cpu', { predefined_metric_type: 'ECSServiceAverageCPUUtilization' }, plan.scaling.cpuPercent),
    ...(plan.behindLoadBalancer
      ? [
          policy(
            'requests',
            {
              predefined_metric_type: 'ALBRequestCountPerTarget',
              resource_label: template`${attr(refs.loadBalancer, 'arn_suffix')}/${attr(refs.targetGroup(plan.name), 'arn_suffix')}`,
            },
            plan.scaling.requestsPerTarget,
          ),
        ]
      : []),
  ];
}

import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

/** A group of tasks, by address. */
export function targetGroup(
  refs: Refs,
  name: string,
  port: number,
  health: { readonly path: string; readonly port: string },
): AnyResource {
  return resource(
    refs.targetGroup(name),
    {
      name: refs.name(32, name),
      vpc_id: attr(refs.vpc, 'id'),
      target_type: 'ip',
      protocol: 'HTTP',
      port,
      deregistration_delay: '30',
      health_check: [
        {
          enabled: true,
          protocol: 'HTTP',
          path: health.path,
          port: health.port,
          matcher: '200',
          interval: 15,
          timeout: 5,
          healthy_threshold: 2,
          unhealthy_threshold: 3,
        },
      ],
      tags: { Name: refs.name(255, name) },
    },
    // ECS registers each task with its own port, so this one is only a default; a new one would replace a group that is in use.
    { lifecycle: { ignore_changes: ['port'] } },
  );
}

/** The wake-up function as a target: the gateway reaches it on 8443 by its host. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html (not re-read) */
export function wakeUpTarget(refs: Refs): AnyResource[] {
  return [
    resource(refs.wakeUpTargetGroup, {
      name: refs.name(32, 'wake-up'),
      target_type: 'lambda',
      tags: { Name: refs.name(255, 'wake-up') },
    }),
    resource(
      'aws_lb_target_group_attachment.wake_up',
      { target_group_arn: attr(refs.wakeUpTargetGroup, 'arn'), target_id: attr(refs.wakeUpFunction, 'arn') },
      { dependsOn: ['aws_lambda_permission.wake_up_load_balancer'] },
    ),
  ];
}

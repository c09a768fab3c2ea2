import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

/** What a target group is checked by, and how long its requests may still take when a target leaves. */
export interface TargetGroupPlan {
  readonly path: string;
  readonly port: string;
  /** Its service sleeps: whoever wakes it waits for the first check that it passes. */
  readonly sleeps?: boolean;
  readonly drainSeconds?: number;
}

/**
 * Alike in how long a task may be ill (45 seconds). A new target must pass one check, so that the interval is what a waking service loses at most.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html (read 2026-11-28)
 */
const checkTimes = {
  awake: { interval: 15, timeout: 5, unhealthy_threshold: 3 },
  sleeps: { interval: 5, timeout: 4, unhealthy_threshold: 9 },
} as const;

/** A group of tasks, by address. */
export function targetGroup(refs: Refs, name: string, port: number, plan: TargetGroupPlan): AnyResource {
  const { path, sleeps = false, drainSeconds = 30 } = plan;
  return resource(
    refs.targetGroup(name),
    {
      name: refs.name(32, name),
      vpc_id: attr(refs.vpc, 'id'),
      target_type: 'ip',
      protocol: 'HTTP',
      port,
      deregistration_delay: String(drainSeconds),
      health_check: [
        {
          enabled: true,
          protocol: 'HTTP',
          path,
          port: plan.port,
          matcher: '200',
          healthy_threshold: 2,
          ...checkTimes[sleeps ? 'sleeps' : 'awake'],
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

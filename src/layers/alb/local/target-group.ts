import { z } from 'zod';
import { localArn, type LocalBehaviour } from '../../../stack/layer.js';
import type { LocalContext } from '../../../local/contract/context.js';
import { LocalTargetGroup } from './local-target-group.js';

/** What is read of `aws_lb_target_group`. Defaults are the provider's. */
const argsSchema = z.object({
  name: z.string(),
  target_type: z.enum(['instance', 'ip', 'lambda']).default('instance'),
  deregistration_delay: z.coerce.number().default(300),
  health_check: z
    .tuple([
      z.object({
        enabled: z.boolean().optional(),
        path: z.string().default('/'),
        matcher: z.string().default('200'),
        interval: z.number().default(30),
        timeout: z.number().default(5),
        healthy_threshold: z.number().default(3),
        unhealthy_threshold: z.number().default(3),
      }),
    ])
    .prefault([{}]),
});

/** A target group: targets of this plane, checked and taken in turn. */
export const targetGroup: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Stickiness, slow start and other algorithms than round robin. A new target is checked every 100 ms and healthy after one success; it is not called unhealthy before that.',
  apply(resource, ctx) {
    const { name, target_type, deregistration_delay, health_check } = argsSchema.parse(resource.args);
    const [{ enabled, interval, timeout, ...check }] = health_check;
    const settings = {
      name,
      deregistrationDelayMs: deregistration_delay * 1000,
      // Lambda functions are not checked unless told so.
      // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html (read 2026-11-23)
      checked: enabled ?? target_type !== 'lambda',
      path: check.path,
      matcher: check.matcher,
      intervalMs: interval * 1000,
      timeoutMs: timeout * 1000,
      healthyThreshold: check.healthy_threshold,
      unhealthyThreshold: check.unhealthy_threshold,
    };
    const known = runningGroup(ctx);
    if (known === undefined) ctx.provide('targetGroup', new LocalTargetGroup(settings, ctx.clock));
    else known.settings = settings;
    const arn = localArn(ctx, 'elasticloadbalancing', `targetgroup/${name}/local`);
    return Promise.resolve({ id: arn, arn, name, arn_suffix: `targetgroup/${name}/local` });
  },
  stop: (_resource, ctx) => Promise.resolve(runningGroup(ctx)?.close()),
  destroy: (_resource, ctx) => Promise.resolve(runningGroup(ctx)?.close()),
};

/** Members outlive a change of arguments. */
function runningGroup(ctx: LocalContext): LocalTargetGroup | undefined {
  if (!ctx.providers('targetGroup').includes(ctx.address)) return undefined;
  const group = ctx.connect(ctx.address, 'targetGroup');
  return group instanceof LocalTargetGroup ? group : undefined;
}

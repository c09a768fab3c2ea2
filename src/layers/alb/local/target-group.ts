import { z } from 'zod';
import { localArn, type LocalBehaviour } from '../../../stack/layer.js';
import type { LocalContext } from '../../../local/contract/context.js';
import { LocalTargetGroup, type TargetGroupSettings } from './local-target-group.js';
import type { Stickiness } from './stickiness.js';
import { targetGroupSuffix } from './traffic.js';

/** What is read of `aws_lb_target_group`. Defaults are the provider's. */
const argsSchema = z.object({
  name: z.string(),
  target_type: z.enum(['instance', 'ip', 'lambda']).default('instance'),
  deregistration_delay: z.coerce.number().default(300),
  protocol_version: z.enum(['HTTP1', 'HTTP2', 'GRPC']).default('HTTP1'),
  load_balancing_algorithm_type: z
    .enum(['round_robin', 'least_outstanding_requests', 'weighted_random'])
    .default('round_robin'),
  slow_start: z.number().default(0),
  stickiness: z
    .tuple([
      z.object({
        enabled: z.boolean().default(true),
        type: z.enum(['lb_cookie', 'app_cookie']),
        cookie_duration: z.number().default(86_400),
        cookie_name: z.string().default(''),
      }),
    ])
    .optional(),
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

type Args = z.infer<typeof argsSchema>;

/** A target group: targets of this plane, checked and taken in turn. */
export const targetGroup: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'A new target is checked every 100 ms and healthy after one success; it is not called unhealthy before that. The weighted random algorithm takes turns as round robin does, without looking for anomalies. Targets are spoken to in HTTP/1.1, whatever the protocol version. Zones, DNS failover, and thresholds of the group’s health.',
  apply(resource, ctx) {
    const args = argsSchema.parse(resource.args);
    const { name } = args;
    const settings = settingsOf(args);
    const known = runningGroup(ctx);
    if (known === undefined) ctx.provide('targetGroup', new LocalTargetGroup(settings, ctx.clock));
    else known.settings = settings;
    const arn = localArn(ctx, 'elasticloadbalancing', `targetgroup/${name}/local`);
    return Promise.resolve({ id: arn, arn, name, arn_suffix: targetGroupSuffix(name) });
  },
  stop: (_resource, ctx) => Promise.resolve(runningGroup(ctx)?.close()),
  destroy: (_resource, ctx) => Promise.resolve(runningGroup(ctx)?.close()),
};

function settingsOf(args: Args): TargetGroupSettings {
  const [{ enabled, interval, timeout, ...check }] = args.health_check;
  return {
    name: args.name,
    deregistrationDelayMs: args.deregistration_delay * 1000,
    // Lambda functions are not checked unless told so.
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html (read 2026-11-23)
    checked: enabled ?? args.target_type !== 'lambda',
    path: check.path,
    matcher: check.matcher,
    intervalMs: interval * 1000,
    timeoutMs: timeout * 1000,
    healthyThreshold: check.healthy_threshold,
    unhealthyThreshold: check.unhealthy_threshold,
    algorithm: args.load_balancing_algorithm_type,
    slowStartMs: args.slow_start * 1000,
    stickiness: stickinessOf(args),
    protocolVersion: args.protocol_version,
  };
}

function stickinessOf({ stickiness }: Args): Stickiness | undefined {
  if (stickiness?.[0].enabled !== true) return undefined;
  const [{ type, cookie_duration: seconds, cookie_name: name }] = stickiness;
  return type === 'lb_cookie' ? { kind: type, seconds } : { kind: type, seconds, name };
}

/** Members outlive a change of arguments. */
function runningGroup(ctx: LocalContext): LocalTargetGroup | undefined {
  if (!ctx.providers('targetGroup').includes(ctx.address)) return undefined;
  const group = ctx.connect(ctx.address, 'targetGroup');
  return group instanceof LocalTargetGroup ? group : undefined;
}

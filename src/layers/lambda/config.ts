import { z } from 'zod';

/**
 * The specification's Retry-After. A held request is answered before CloudFront's response timeout and the load balancer's idle timeout are over,
 * which the Stack sets to 60 seconds each; what is left of them when its service runs is the service's time to answer.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html (not re-read)
 * @see https://repost.aws/knowledge-center/cloudfront-custom-origin-response (read 2026-11-23)
 */
export const wakeDefaults = {
  mode: 'retry',
  scope: 'all',
  retryAfterSeconds: 45,
  holdSeconds: 50,
  maxHeld: 100,
} as const;

export const sleepDefaults = { afterMinutes: 15, timezone: 'UTC' } as const;

/** How sleeping services wake. */
export const wakeOptions = z.strictObject({
  mode: z.enum(['retry', 'hold']).optional().meta({
    description: '`retry`: answer 503 with Retry-After at once; `hold`: keep the request until the service runs.',
    default: wakeDefaults.mode,
  }),
  scope: z.enum(['all', 'needed']).optional().meta({
    description:
      '`all`: wake every service; `needed`: the one asked for, and those that it calls directly or through others.',
    default: wakeDefaults.scope,
  }),
  retryAfterSeconds: z
    .int()
    .min(1)
    .max(3600)
    .optional()
    .meta({ description: 'Retry-After of the 503.', default: wakeDefaults.retryAfterSeconds }),
  holdSeconds: z
    .int()
    .min(1)
    .max(55, 'a whole number from 1 to 55 (CloudFront and the load balancer give up after 60)')
    .optional()
    .meta({ description: '`hold`: longest wait, in seconds.', default: wakeDefaults.holdSeconds }),
  maxHeld: z
    .int()
    .min(1)
    .max(10000)
    .optional()
    .meta({ description: '`hold`: most requests a gateway task holds.', default: wakeDefaults.maxHeld }),
});

/** When services with `minInstances: 0` sleep. */
export const sleepOptions = z.strictObject({
  afterMinutes: z
    .int()
    .min(1)
    .max(1440)
    .optional()
    .meta({ description: 'Minutes without a request.', default: sleepDefaults.afterMinutes }),
  schedule: z
    .strictObject({
      sleep: z.string().describe('When to sleep, such as `cron(0 20 ? * MON-FRI *)`.'),
      wake: z.string().describe('When to wake, such as `cron(0 7 ? * MON-FRI *)`.'),
    })
    .optional()
    .describe('Fixed times, besides idleness.'),
  timezone: z
    .string()
    .optional()
    .meta({ description: 'Time zone of the schedule, such as `Europe/Berlin`.', default: sleepDefaults.timezone }),
});

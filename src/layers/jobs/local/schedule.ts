import { z } from 'zod';
import { LandfallError, messageOf } from '../../../base/errors.js';
import type { LocalContext } from '../../../local/contract/context.js';
import { localArn, type LocalBehaviour } from '../../../stack/layer.js';
import { LiveSchedule } from './live-schedule.js';
import { readSchedule } from './next.js';

/** What is read of `aws_scheduler_schedule`. Defaults are the API's. @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html (not re-read) */
const scheduleSchema = z.object({
  name: z.string(),
  group_name: z.string().default('default'),
  state: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  schedule_expression: z.string(),
  schedule_expression_timezone: z.string().default('UTC'),
  target: z.tuple([
    z.object({
      arn: z.string(),
      input: z.string().default('{}'),
      retry_policy: z
        .array(
          z.object({
            maximum_retry_attempts: z.number().default(185),
            maximum_event_age_in_seconds: z.number().default(86_400),
          }),
        )
        .default([]),
    }),
  ]),
});

/** The schedules that wait, by the plane's own address of each. */
const waiting = new WeakMap<LocalContext['metrics'], Map<string, LiveSchedule>>();

/** A schedule: invokes its function with its input, by the plane's cloud clock. */
export const schedule: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Flexible time windows, start and end dates, and targets other than functions. A rate counts from the deploy, and again when the plane starts. What was due while the plane did not run is not made up for. What failed for good is in the log, not in the queue.',
  async apply({ args }, ctx) {
    const parsed = scheduleSchema.parse(args);
    const { name, group_name, state, schedule_expression, schedule_expression_timezone, target } = parsed;
    const due = readSchedule(schedule_expression, schedule_expression_timezone, ctx.cloudClock.now());
    await close(ctx);
    const [{ arn, input, retry_policy }] = target;
    const [retry] = retry_policy;
    if (state === 'ENABLED') {
      const live = new LiveSchedule({
        clock: ctx.cloudClock,
        schedule: due,
        call: () => invoke(arn, input, ctx),
        retry: {
          attempts: retry?.maximum_retry_attempts ?? 185,
          withinMs: (retry?.maximum_event_age_in_seconds ?? 86_400) * 1000,
        },
        onFailure: (error, last) => {
          const line = `${name} could not call its function${last ? ' and gives up' : ''}: ${messageOf(error)}`;
          ctx.emit({ type: 'log', source: 'scheduler', line });
        },
      });
      schedulesOf(ctx).set(ctx.address, live);
    }
    const arnOfThis = localArn(ctx, 'scheduler', `schedule/${group_name}/${name}`);
    return { id: `${group_name}/${name}`, name, arn: arnOfThis };
  },
  stop: (_resource, ctx) => close(ctx),
  destroy: (_resource, ctx) => close(ctx),
};

/** As the scheduler does: the function's queue takes it, and tries again what fails in the function. */
async function invoke(arn: string, input: string, ctx: LocalContext): Promise<void> {
  const address = ctx.addressOf('arn', arn);
  if (address === undefined)
    throw new LandfallError({
      code: 'FUNCTION_UNKNOWN',
      message: `No function has the ARN ${arn}.`,
      fix: 'Run infra:deploy --local again.',
      path: ctx.address,
    });
  await ctx.connect(address, 'function').invoke(Buffer.from(input), { type: 'Event' });
}

function schedulesOf(ctx: LocalContext): Map<string, LiveSchedule> {
  const known = waiting.get(ctx.metrics) ?? new Map<string, LiveSchedule>();
  waiting.set(ctx.metrics, known);
  return known;
}

function close(ctx: LocalContext): Promise<void> {
  schedulesOf(ctx).get(ctx.address)?.close();
  schedulesOf(ctx).delete(ctx.address);
  return Promise.resolve();
}

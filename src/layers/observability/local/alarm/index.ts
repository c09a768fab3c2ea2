import type { AlarmAction, AlarmState } from '../../../../local/contract/alarms.js';
import type { LocalContext } from '../../../../local/contract/context.js';
import { localArn, type LocalBehaviour } from '../../../../stack/layer.js';
import { alarmSchema, planOf, type AlarmArguments } from './arguments.js';
import { LiveAlarm } from './live-alarm.js';

/** An alarm: evaluated at the end of each period on the plane's own metrics. */
export const metricAlarm: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Only what the plane measures has datapoints: requests, CPU, functions and Landfall’s own metrics; alarms of databases, caches, memory and NAT stay without data or OK. Periods of five minutes begin at multiples of five. Datapoints are there at once. Percentiles are kept to three digits and evaluated however few samples there are. Anomaly detection, and metric math beyond IF, FILL, SUM, MAX, MIN, AVG, METRICS, ABS, CEIL, FLOOR, PERIOD and the operators.',
  apply({ args }, ctx) {
    const parsed = alarmSchema.parse(args);
    const arn = localArn(ctx, 'cloudwatch', `alarm:${parsed.alarm_name}`);
    const known = liveAlarm(ctx);
    // A state belongs to what it was made from.
    known?.close();
    const actions = (state: AlarmState) => actionsOf(parsed, state, ctx);
    const alarm = new LiveAlarm(planOf(parsed), { arn, metrics: ctx.metrics, clock: ctx.cloudClock, actions });
    ctx.provide('alarm', alarm);
    return Promise.resolve({ id: parsed.alarm_name, arn, alarm_name: parsed.alarm_name });
  },
  stop: (_resource, ctx) => Promise.resolve(liveAlarm(ctx)?.close()),
  destroy: (_resource, ctx) => Promise.resolve(liveAlarm(ctx)?.close()),
};

/** The alarm that is evaluated at this address, or at the context's own. */
export function liveAlarm(ctx: LocalContext, address = ctx.address): LiveAlarm | undefined {
  if (!ctx.providers('alarm').includes(address)) return undefined;
  const alarm = ctx.connect(address, 'alarm');
  return alarm instanceof LiveAlarm ? alarm : undefined;
}

function actionsOf(args: AlarmArguments, state: AlarmState, ctx: LocalContext): readonly AlarmAction[] {
  if (!args.actions_enabled) return [];
  const arns = { ALARM: args.alarm_actions, OK: args.ok_actions, INSUFFICIENT_DATA: args.insufficient_data_actions };
  return arns[state].flatMap((arn) => {
    const address = ctx.addressOf('arn', arn);
    const hears = address !== undefined && ctx.providers('alarmAction').includes(address);
    return hears ? [ctx.connect(address, 'alarmAction')] : [];
  });
}

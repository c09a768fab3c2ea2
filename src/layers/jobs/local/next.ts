import { Cron } from 'croner';
import { LandfallError } from '../../../base/errors.js';

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** When a schedule is due. */
export interface Schedule {
  /** The first time after `now`; undefined when there is none any more. Milliseconds since 1970. */
  next(now: number): number | undefined;
}

/**
 * Reads an expression of EventBridge Scheduler: `cron(…)`, `rate(…)` or `at(…)`.
 * @param start when the schedule was made; rates count from it
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html (not re-read)
 * @throws LandfallError `SCHEDULE_UNREADABLE`
 */
export function readSchedule(expression: string, timezone: string, start: number): Schedule {
  const [, kind = '', text = ''] = /^(cron|rate|at)\((.*)\)$/.exec(expression) ?? [];
  try {
    if (kind === 'rate') return rate(text, start);
    if (kind === 'cron') return cronSchedule(cronerPattern(text), timezone);
    if (kind === 'at') return cronSchedule(text, timezone);
  } catch (cause) {
    throw unreadable(expression, cause);
  }
  throw unreadable(expression);
}

function rate(text: string, start: number): Schedule {
  const [, count = '', unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(text) ?? [];
  const interval = Number(count) * (unitMs[unit] ?? 0);
  if (!(interval > 0)) throw new Error('A rate is a whole number and minutes, hours or days.');
  return { next: (now) => start + (Math.floor(Math.max(0, now - start) / interval) + 1) * interval };
}

function cronSchedule(pattern: string, timezone: string): Schedule {
  // `0/5` is every fifth from 0 on.
  const cron = new Cron(pattern, { timezone, paused: true, sloppyRanges: true });
  return { next: (now) => cron.nextRun(new Date(now))?.getTime() };
}

/** AWS's six fields as croner's seven: seconds first, days of the week from 0, `*` in place of `?`, and the last Friday as `5#L`. */
function cronerPattern(text: string): string {
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = text.trim().split(/\s+/);
  const any = (field: string) => (field === '?' ? '*' : field);
  return ['0', minutes, hours, any(dayOfMonth), month, weekdays(any(dayOfWeek)), year].join(' ');
}

function weekdays(field: string): string {
  if (field === 'L') return '6';
  const last = /^(.+)L$/.exec(field)?.[1];
  if (last !== undefined) return `${fromZero(last)}#L`;
  const [days = '', nth] = field.split('#');
  const listed = days.split(',').map((part) => {
    const [range = '', step] = part.split('/');
    const counted = range.split('-').map(fromZero).join('-');
    return step === undefined ? counted : `${counted}/${step}`;
  });
  return nth === undefined ? listed.join(',') : `${listed.join(',')}#${nth}`;
}

const fromZero = (day: string): string => (/^\d$/.test(day) ? String(Number(day) - 1) : day);

function unreadable(expression: string, cause?: unknown): LandfallError {
  return new LandfallError({
    code: 'SCHEDULE_UNREADABLE',
    message: `The schedule ${expression} cannot be read.`,
    fix: 'Write `cron(0 3 * * ? *)`, `rate(5 minutes)` or `at(2027-01-01T00:00:00)`.',
    ...(cause !== undefined && { cause }),
  });
}

interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
  /** Forms beside numbers, ranges, lists and steps. */
  readonly special?: RegExp;
}

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html (read 2026-11-23) */
const cronFields: readonly CronField[] = [
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31, special: /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/ },
  {
    name: 'month',
    min: 1,
    max: 12,
    words: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  {
    name: 'day of week',
    min: 1,
    max: 7,
    words: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
    special: /^(\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/,
  },
  { name: 'year', min: 1970, max: 2199 },
];

/** Why a schedule is not one of EventBridge Scheduler's; undefined when it is. Sleeping and waking take `cron` only. */
export function scheduleFault(schedule: string, kinds: 'any' | 'cron'): string | undefined {
  const cron = /^cron\((.*)\)$/.exec(schedule);
  if (cron !== null) return cronFault(cron[1] ?? '');
  if (kinds === 'cron') return 'it is not `cron(…)`';
  if (/^rate\(.*\)$/.test(schedule))
    return /^rate\([1-9]\d{0,5} (minute|hour|day)s?\)$/.test(schedule)
      ? undefined
      : 'a rate is a whole number from 1 and minutes, hours or days';
  const once = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/.exec(schedule);
  if (once === null) return 'it is not `cron(…)`, `rate(…)` or `at(…)`';
  return isMoment(once[1] ?? '') ? undefined : 'that moment does not exist';
}

function isMoment(moment: string): boolean {
  const date = new Date(`${moment}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(moment);
}

function cronFault(expression: string): string | undefined {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== cronFields.length)
    return `it has ${String(parts.length)} fields instead of 6 (minutes hours day-of-month month day-of-week year)`;
  const wrong = cronFields.find((field, index) => !isFieldValue(field, parts[index] ?? ''));
  if (wrong !== undefined) return `its ${wrong.name} is "${parts[cronFields.indexOf(wrong)] ?? ''}"`;
  const unset = [parts[2], parts[4]].filter((part) => part === '?').length;
  return unset === 1 ? undefined : 'exactly one of day of month and day of week must be `?`';
}

function isFieldValue(field: CronField, value: string): boolean {
  if (field.special?.test(value) === true) return true;
  return value.split(',').every((part) => {
    const [, range = '', , step] = /^([^/]+)(\/(\d{1,4}))?$/.exec(part) ?? [];
    if (step !== undefined && Number(step) < 1) return false;
    if (range === '*') return true;
    const [first = '', last, ...more] = range.split('-');
    return more.length === 0 && isUnit(field, first) && (last === undefined || isUnit(field, last));
  });
}

function isUnit({ min, max, words }: CronField, unit: string): boolean {
  if (words?.includes(unit) === true) return true;
  return /^\d{1,4}$/.test(unit) && Number(unit) >= min && Number(unit) <= max;
}

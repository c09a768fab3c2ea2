import { describe, expect, it } from 'vitest';
import { scheduleFault } from './cron.js';

describe('scheduleFault', () => {
  it.each([
    'cron(0 3 * * ? *)',
    'cron(*/15 8-18 ? * MON-FRI *)',
    'cron(0 0 L * ? *)',
    'cron(0 0 15W * ? 2027-2030)',
    'cron(0 10 ? JAN,JUL 2#1 *)',
    'cron(0/5 * ? * 6L *)',
    'rate(1 minute)',
    'rate(12 hours)',
    'at(2027-01-31T23:59:59)',
  ])('accepts %s', (schedule) => {
    expect(scheduleFault(schedule, 'any')).toBeUndefined();
  });

  it.each([
    ['0 3 * * *', 'it is not `cron(…)`, `rate(…)` or `at(…)`'],
    ['cron(60 3 * * ? *)', 'its minutes is "60"'],
    ['cron(0 24 * * ? *)', 'its hours is "24"'],
    ['cron(0 3 ? * ? *)', 'exactly one of day of month and day of week must be `?`'],
    ['cron(0 3 ? * MO *)', 'its day of week is "MO"'],
    ['cron(*/0 3 ? * MON *)', 'its minutes is "*/0"'],
    ['rate(0 minutes)', 'a rate is a whole number from 1 and minutes, hours or days'],
    ['rate(5 weeks)', 'a rate is a whole number from 1 and minutes, hours or days'],
    ['at(2027-02-30T00:00:00)', 'that moment does not exist'],
  ])('refuses %s', (schedule, fault) => {
    expect(scheduleFault(schedule, 'any')).toBe(fault);
  });
});

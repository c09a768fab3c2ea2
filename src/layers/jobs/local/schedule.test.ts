import { describe, expect, it } from 'vitest';
import { createFakePlane } from '../../../local/testing/fake-context.js';
import { readSchedule } from './next.js';
import { schedule } from './schedule.js';

const from = Date.UTC(2026, 10, 28);
const times = (expression: string, timezone = 'UTC', count = 2) => {
  const read = readSchedule(expression, timezone, from);
  const found: string[] = [];
  for (let now = from; found.length < count;) {
    const next = read.next(now);
    if (next === undefined) break;
    found.push(new Date(next).toISOString().slice(0, 16));
    now = next;
  }
  return found;
};

describe('a schedule’s times', () => {
  it.each([
    ['cron(0 3 * * ? *)', ['2026-11-28T03:00', '2026-11-29T03:00']],
    ['cron(0/30 8-9 ? * MON-FRI *)', ['2026-11-30T08:00', '2026-11-30T08:30']],
    ['cron(0 10 ? JAN,JUL 2#1 *)', ['2027-01-04T10:00', '2027-07-05T10:00']],
    ['cron(0 0 ? * 6L *)', ['2026-12-25T00:00', '2027-01-29T00:00']],
    ['cron(0 0 ? * L *)', ['2026-12-05T00:00', '2026-12-12T00:00']],
    ['cron(0 0 ? * 1,7 *)', ['2026-11-29T00:00', '2026-12-05T00:00']],
    ['cron(0 0 L * ? *)', ['2026-11-30T00:00', '2026-12-31T00:00']],
    ['cron(0 0 15W * ? 2027-2030)', ['2027-01-15T00:00', '2027-02-15T00:00']],
    ['rate(90 minutes)', ['2026-11-28T01:30', '2026-11-28T03:00']],
    ['rate(1 day)', ['2026-11-29T00:00', '2026-11-30T00:00']],
    ['at(2027-01-31T23:59:00)', ['2027-01-31T23:59']],
    ['at(2025-01-31T23:59:00)', []],
  ])('%s', (expression, expected) => {
    expect(times(expression)).toEqual(expected);
  });

  it('are of its time zone, summer time included', () => {
    expect(times('cron(0 3 * * ? *)', 'Europe/Berlin', 1)).toEqual(['2026-11-28T02:00']);
    const summer = readSchedule('cron(0 3 * * ? *)', 'Europe/Berlin', from).next(Date.UTC(2027, 6, 1));
    expect(new Date(summer ?? 0).toISOString()).toBe('2027-07-01T01:00:00.000Z');
  });

  it.each(['cron(0 3 * * MO *)', 'rate(0 minutes)', '0 3 * * *'])('refuses %s', (expression) => {
    expect(() => times(expression)).toThrow(expect.objectContaining({ code: 'SCHEDULE_UNREADABLE' }) as Error);
  });
});

async function planeWith(more: object = {}) {
  const plane = createFakePlane();
  const calls: string[] = [];
  const fail = { times: 0 };
  plane.registry.remember('aws_lambda_function.job_invoker', { arn: 'arn:invoker' });
  plane.registry.provide('aws_lambda_function.job_invoker', 'function', {
    name: 'job-invoker',
    arn: 'arn:invoker',
    invoke: (payload, options) => {
      if ((fail.times -= 1) >= 0) return Promise.reject(new Error('Too many at once.'));
      calls.push(`${options?.type ?? ''} ${Buffer.from(payload).toString()}`);
      return Promise.resolve({ status: 202, payload: new Uint8Array(), logTail: '' });
    },
  });
  const args = {
    name: 'shop-dev-clean',
    schedule_expression: 'rate(5 minutes)',
    target: [{ arn: 'arn:invoker', input: '{"job":"offers/clean"}', retry_policy: [{ maximum_retry_attempts: 2 }] }],
    ...more,
  };
  const address = 'aws_scheduler_schedule.clean';
  await plane.apply(schedule, address, args);
  return { plane, calls, fail, address, args };
}

it('invokes its function with its input whenever it is due', async () => {
  const { plane, calls, args, address } = await planeWith();
  await plane.clock.advance(11 * 60_000);
  expect(calls).toEqual(['Event {"job":"offers/clean"}', 'Event {"job":"offers/clean"}']);
  await plane.apply(schedule, address, { ...args, state: 'DISABLED' });
  await plane.clock.advance(60 * 60_000);
  expect(calls).toHaveLength(2);
});

it('tries again what the function does not take, and gives up', async () => {
  const { plane, calls, fail } = await planeWith();
  fail.times = 2;
  await plane.clock.advance(5 * 60_000 + 10_000);
  expect(calls).toHaveLength(1);
  fail.times = 3;
  await plane.clock.advance(5 * 60_000);
  expect(calls).toHaveLength(1);
  expect(plane.events.at(-1)).toMatchObject({
    source: 'scheduler',
    line: expect.stringContaining('gives up') as string,
  });
});

it('calls no more once it is gone', async () => {
  const { plane, calls, address } = await planeWith();
  await plane.destroy(schedule, address);
  await plane.clock.advance(60 * 60_000);
  expect(calls).toEqual([]);
  expect(plane.clock.waiting).toBe(0);
});

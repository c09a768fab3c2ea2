import { describe, expect, test } from 'vitest';
import { localCounters } from './rate-limiting-counters.js';
import { verdictOf, windowsAt } from './rate-limiting-windows.js';

const now = Date.parse('2026-11-25T12:34:15.600Z');

describe('windows', () => {
  test('begin with the second, minute, hour, day, month and year of UTC', () => {
    const all = windowsAt(now, { second: 1, minute: 1, hour: 1, day: 1, month: 1, year: 1 });
    expect(all.map(({ startMs }) => new Date(startMs).toISOString().slice(0, 19))).toEqual([
      '2026-11-25T12:34:15',
      '2026-11-25T12:34:00',
      '2026-11-25T12:00:00',
      '2026-11-25T00:00:00',
      '2026-11-01T00:00:00',
      '2026-01-01T00:00:00',
    ]);
  });

  test('are those that have a limit', () => {
    expect(windowsAt(now, { minute: 5, day: 100 }).map(({ period }) => period)).toEqual(['minute', 'day']);
  });
});

describe('the verdict', () => {
  const windows = windowsAt(now, { minute: 5, hour: 8 });

  test('tells of every window, and of the tightest without its name', () => {
    expect(verdictOf(windows, [1, 6], now)).toEqual({
      exceeded: false,
      resetSeconds: 3600 - (34 * 60 + 15),
      headers: [
        ['X-RateLimit-Limit-Minute', '5'],
        ['X-RateLimit-Remaining-Minute', '3'],
        ['X-RateLimit-Limit-Hour', '8'],
        ['X-RateLimit-Remaining-Hour', '1'],
        ['RateLimit-Limit', '8'],
        ['RateLimit-Remaining', '1'],
        ['RateLimit-Reset', String(3600 - (34 * 60 + 15))],
      ],
    });
  });

  test('takes the longer of two windows with equally little left', () => {
    expect(verdictOf(windows, [3, 6], now).headers).toContainEqual(['RateLimit-Limit', '8']);
  });

  test('does not count a refused request in the windows that had room', () => {
    const { exceeded, headers, resetSeconds } = verdictOf(windows, [5, 5], now);
    expect([exceeded, resetSeconds]).toEqual([true, 45]);
    expect(headers).toContainEqual(['X-RateLimit-Remaining-Minute', '0']);
    expect(headers).toContainEqual(['X-RateLimit-Remaining-Hour', '3']);
  });

  test('never asks to wait less than a second', () => {
    expect(verdictOf(windowsAt(now, { second: 1 }), [1], now).resetSeconds).toBe(1);
  });
});

test('counts in memory are those of the window, and of the client', async () => {
  const counters = localCounters();
  const windows = windowsAt(now, { second: 9, minute: 9 });
  counters.passed('a', windows);
  const later = windowsAt(now + 1000, { second: 9, minute: 9 });
  expect(await counters.used('a', windows)).toEqual([1, 1]);
  expect(await counters.used('a', later)).toEqual([0, 1]);
  expect(await counters.used('b', windows)).toEqual([0, 0]);
});

import type { HeaderPair } from '../../../local/contract/http.js';

/** Shortest first. */
export const periods = ['second', 'minute', 'hour', 'day', 'month', 'year'] as const;
export type Period = (typeof periods)[number];

/**
 * How long Kong takes each period to be, whatever the calendar says.
 * @see https://github.com/Kong/kong/blob/3ecf96e4ab7181093d0a03804ecf5f410bcbec7c/kong/plugins/rate-limiting/expiration.lua (read 2026-11-25)
 */
const secondsOf: Readonly<Record<Period, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  month: 2_592_000,
  year: 31_536_000,
};

/** One fixed window of the clock, and how much it allows. */
export interface Window {
  readonly period: Period;
  readonly limit: number;
  /** When it began: milliseconds since 1970. */
  readonly startMs: number;
  /** How long its count is kept. */
  readonly seconds: number;
}

/**
 * The windows that hold this moment: they begin with the second, minute, … of UTC.
 * @see https://github.com/Kong/kong/blob/13fbf321621f4ac95e5d6584daedae6d23061f74/kong/tools/timestamp.lua (read 2026-11-25)
 */
export function windowsAt(
  nowMs: number,
  limits: Readonly<Partial<Record<Period, number | undefined>>>,
): readonly Window[] {
  return periods.flatMap((period) => {
    const limit = limits[period];
    return limit === undefined ? [] : [{ period, limit, startMs: startOf(period, nowMs), seconds: secondsOf[period] }];
  });
}

function startOf(period: Period, nowMs: number): number {
  const date = new Date(nowMs);
  if (period === 'year') return Date.UTC(date.getUTCFullYear(), 0, 1);
  if (period === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return nowMs - (nowMs % (secondsOf[period] * 1000));
}

/** What one request is told. */
export interface Verdict {
  readonly exceeded: boolean;
  readonly resetSeconds: number;
  readonly headers: readonly HeaderPair[];
}

/**
 * Kong's arithmetic: `RateLimit-*` tell of the window with the least left, of equal ones the longest.
 * @param used requests counted in each window before this one
 */
export function verdictOf(windows: readonly Window[], used: readonly number[], nowMs: number): Verdict {
  const left = windows.map(({ limit }, index) => limit - (used[index] ?? 0));
  const stop = left.findLastIndex((remaining) => remaining <= 0);
  const shown = windows.map((window, index) => {
    const counted = stop === -1 || stop === index ? 1 : 0;
    return { ...window, remaining: Math.max(0, (left[index] ?? 0) - counted) };
  });
  const [tightest] = shown.toSorted((a, b) => a.remaining - b.remaining || b.seconds - a.seconds);
  const { limit = 0, remaining = 0, seconds = 1, startMs = nowMs } = tightest ?? {};
  const resetSeconds = Math.max(1, seconds - Math.floor((Math.floor(nowMs / 1000) * 1000 - startMs) / 1000));
  return {
    exceeded: stop !== -1,
    resetSeconds,
    headers: [
      ...shown.flatMap((window): HeaderPair[] => [
        [`X-RateLimit-Limit-${capital(window.period)}`, String(window.limit)],
        [`X-RateLimit-Remaining-${capital(window.period)}`, String(window.remaining)],
      ]),
      ['RateLimit-Limit', String(limit)],
      ['RateLimit-Remaining', String(remaining)],
      ['RateLimit-Reset', String(resetSeconds)],
    ],
  };
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

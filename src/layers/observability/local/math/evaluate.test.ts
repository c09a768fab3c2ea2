import { describe, expect, it } from 'vitest';
import { createFakePlane } from '../../../../local/testing/fake-context.js';
import { evaluateQueries, type MetricQuery } from './evaluate.js';
import { isMany, isSeries, type MathValue } from './value.js';

const minute = 60_000;
type Values = readonly (number | undefined)[];

/** Evaluates over the minutes for which the metrics give values; undefined for no datapoint. */
function evaluate(expression: string, given: Readonly<Record<string, Values>> = {}, more: readonly MetricQuery[] = []) {
  const { metrics, clock } = createFakePlane();
  const from = clock.now();
  const count = Math.max(0, ...Object.values(given).map((values) => values.length));
  const id = (name: string) => ({ namespace: 'Test', name, dimensions: {} });
  for (const [name, values] of Object.entries(given))
    values.forEach((value, index) => {
      if (value !== undefined) metrics.put([{ ...id(name), values: [value], time: from + index * minute }]);
    });
  const queries = Object.keys(given).map((name) => ({
    id: name,
    metric: id(name),
    statistic: 'Sum' as const,
    periodSeconds: 60,
  }));
  const range = { from, until: from + count * minute };
  const value = evaluateQueries([{ id: 'result', expression }, ...queries, ...more], range, metrics).get('result') ?? 0;
  const list = (series: MathValue) =>
    isSeries(series) ? Array.from({ length: count }, (_, index) => series.get(from + index * minute)) : series;
  return isMany(value) ? value.map(list) : list(value);
}

describe('metric math', () => {
  it('calculates with numbers, with the usual precedence and the power to the right', () => {
    expect(evaluate('1 + 2 * 3 - 4 / 2')).toBe(5);
    expect(evaluate('2 ^ 3 ^ 2 * 2')).toBe(1024);
    expect(evaluate('-(1 + 2)')).toBe(-3);
  });

  it('calculates with series by time, and has nothing where one of them has nothing', () => {
    expect(evaluate('a + b', { a: [1, 2, undefined], b: [10, undefined, 30] })).toEqual([11, undefined, undefined]);
    expect(evaluate('100 * errors / requests', { errors: [1, 2], requests: [4, 0] })).toEqual([25, undefined]);
  });

  it('compares to 1 and 0', () => {
    expect(evaluate('a > 1', { a: [1, 2] })).toEqual([0, 1]);
    expect(evaluate('a > 0 AND b == 2 || a >= 9', { a: [1, 1, 9], b: [2, 3, 0] })).toEqual([1, 0, 1]);
  });

  it('fills what is missing, even when all is', () => {
    expect(evaluate('FILL(a, 0)', { a: [undefined, 5, undefined] })).toEqual([0, 5, 0]);
    expect(evaluate('FILL(a, 0)', { a: [undefined, undefined] })).toEqual([0, 0]);
    expect(evaluate('FILL(a, REPEAT)', { a: [undefined, 5, undefined] })).toEqual([undefined, 5, 5]);
    expect(evaluate('FILL(METRICS(), 7)', { a: [1, undefined], b: [undefined, 2] })).toEqual([
      [1, 7],
      [7, 2],
    ]);
  });

  it('chooses at the times of the condition', () => {
    expect(evaluate('IF(a >= 2, b, 9)', { a: [1, 2, undefined, 3], b: [10, 20, 30, undefined] })).toEqual([
      9,
      20,
      undefined,
      undefined,
    ]);
    expect(evaluate('IF(1 > 0, a, 0)', { a: [4] })).toEqual([4]);
  });

  it('aggregates several series by time, over those that have a value, and one series to a number', () => {
    const given = { a: [1, undefined, undefined], b: [2, 5, undefined] };
    expect(evaluate('SUM([a, b])', given)).toEqual([3, 5, undefined]);
    expect(evaluate('MAX(METRICS())', given)).toEqual([2, 5, undefined]);
    expect(evaluate('AVG(METRICS("b"))', given)).toEqual([2, 5, undefined]);
    expect(evaluate('MIN([a, 4])', given)).toEqual([1, 4, 4]);
    expect(evaluate('SUM(b)', given)).toBe(7);
  });

  it('uses other expressions by their id, and its own functions of a number', () => {
    expect(evaluate('CEIL(half) + PERIOD(a)', { a: [3] }, [{ id: 'half', expression: 'a / 2' }])).toEqual([62]);
  });

  it.each([
    ['ANOMALY_DETECTION_BAND(a)', 'METRIC_MATH_UNKNOWN'],
    ['b + 1', 'METRIC_MATH_UNKNOWN'],
    ['result + 1', 'METRIC_MATH_UNKNOWN'],
    ['a +', 'METRIC_MATH_UNREADABLE'],
    ['a ? 1 : 2', 'METRIC_MATH_UNREADABLE'],
    ['a % 2', 'METRIC_MATH_UNREADABLE'],
    ['IF(METRICS(), 1, 2)', 'METRIC_MATH_ARGUMENT'],
    ['FILL(a, LINEAR)', 'METRIC_MATH_ARGUMENT'],
  ])('refuses %s', (expression, code) => {
    expect(() => evaluate(expression, { a: [1] })).toThrow(expect.objectContaining({ code }) as Error);
  });
});

import type { Operator } from './parse.js';

/** Values by the time that their period begins, in milliseconds since 1970. */
export type TimeSeries = ReadonlyMap<number, number>;

/** What an expression may be: a number, a time series, or several. */
export type MathValue = number | TimeSeries | readonly TimeSeries[];

export const isSeries = (value: MathValue): value is TimeSeries => value instanceof Map;
export const isMany = (value: MathValue): value is readonly TimeSeries[] => Array.isArray(value);

const operations: Readonly<Record<Operator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
  '==': (left, right) => Number(left === right),
  '!=': (left, right) => Number(left !== right),
  '<': (left, right) => Number(left < right),
  '<=': (left, right) => Number(left <= right),
  '>': (left, right) => Number(left > right),
  '>=': (left, right) => Number(left >= right),
  '&&': (left, right) => Number(left !== 0 && right !== 0),
  '||': (left, right) => Number(left !== 0 || right !== 0),
};

/** A number for each time that both have, where it is one: nothing comes of a division by 0. */
export function combine(operator: Operator, left: MathValue, right: MathValue): MathValue {
  const operation = operations[operator];
  if (isMany(left)) return left.flatMap((one) => [combine(operator, one, right)].filter(isSeries));
  if (isMany(right)) return right.flatMap((one) => [combine(operator, left, one)].filter(isSeries));
  if (typeof left === 'number' && typeof right === 'number') return operation(left, right);
  const times = typeof left === 'number' ? keysOf(right) : keysOf(left);
  return seriesOf(times, (time) => {
    const [a, b] = [at(left, time), at(right, time)];
    return a === undefined || b === undefined ? undefined : operation(a, b);
  });
}

/** The value at a time; a number is the same at all times. */
export const at = (value: number | TimeSeries, time: number): number | undefined =>
  typeof value === 'number' ? value : value.get(time);

export const keysOf = (value: number | TimeSeries): readonly number[] =>
  typeof value === 'number' ? [] : [...value.keys()];

export function seriesOf(times: Iterable<number>, valueAt: (time: number) => number | undefined): TimeSeries {
  const series = new Map<number, number>();
  for (const time of times) {
    const value = valueAt(time);
    if (value !== undefined && Number.isFinite(value)) series.set(time, value);
  }
  return series;
}

import { LandfallError } from '../../../../base/errors.js';
import { at, isMany, isSeries, keysOf, seriesOf, type MathValue, type TimeSeries } from './value.js';

/** What functions may ask for beside their arguments. */
export interface MathSurroundings {
  /** Every period of the range, oldest first, in milliseconds since 1970. */
  readonly times: readonly number[];
  /** All metrics of the request by their id, expressions not among them. */
  readonly metrics: ReadonlyMap<string, TimeSeries>;
  readonly periodSeconds: number;
}

/** An argument: a value, or a word such as `REPEAT` or a text. */
export type Argument = MathValue | { readonly word: string };

type MathFunction = (args: readonly Argument[], around: MathSurroundings) => MathValue;

const aggregates: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  MAX: (values) => Math.max(...values),
  MIN: (values) => Math.min(...values),
  AVG: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
};

const singles: Readonly<Record<string, (value: number) => number>> = {
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
};

/**
 * The functions that the local plane knows.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html (not re-read beyond the list of functions)
 */
export const functions: Readonly<Record<string, MathFunction>> = {
  ...Object.fromEntries(Object.entries(aggregates).map(([name, of]) => [name, aggregate(name, of)])),
  ...Object.fromEntries(Object.entries(singles).map(([name, of]) => [name, each(name, of)])),
  IF: ([condition, whenTrue, whenFalse]) =>
    choose(single('IF', condition), single('IF', whenTrue), single('IF', whenFalse)),
  FILL: ([value, filling], around) => fill(value, filling, around),
  METRICS: ([part], { metrics }) => {
    const text = part !== undefined && isWord(part) ? part.word : '';
    return [...metrics].filter(([id]) => id.includes(text)).map(([, series]) => series);
  },
  PERIOD: (_args, { periodSeconds }) => periodSeconds,
};

/** Of several series one, by time, of those that have a value there; of one series a number. */
function aggregate(name: string, of: (values: readonly number[]) => number): MathFunction {
  return ([value]) => {
    const given = valueOf(name, value);
    if (typeof given === 'number') return given;
    if (isSeries(given)) return given.size === 0 ? new Map<number, number>() : of([...given.values()]);
    const times = [...new Set(given.flatMap(keysOf))].sort((a, b) => a - b);
    return seriesOf(times, (time) => of(given.flatMap((series) => series.get(time) ?? [])));
  };
}

function each(name: string, of: (value: number) => number): MathFunction {
  return ([value]) => {
    const given = valueOf(name, value);
    if (typeof given === 'number') return of(given);
    const mapped = (series: TimeSeries) => new Map([...series].map(([time, number]) => [time, of(number)]));
    return isMany(given) ? given.map(mapped) : mapped(given);
  };
}

/** At the times of the condition, where what it chooses has a value. */
function choose(condition: number | TimeSeries, whenTrue: number | TimeSeries, whenFalse: number | TimeSeries) {
  if (typeof condition === 'number') return condition === 0 ? whenFalse : whenTrue;
  return seriesOf(condition.keys(), (time) => at(condition.get(time) === 0 ? whenFalse : whenTrue, time));
}

function fill(value: Argument | undefined, filling: Argument | undefined, { times }: MathSurroundings): MathValue {
  const given = valueOf('FILL', value);
  if (typeof given === 'number') return given;
  const repeats = filling !== undefined && isWord(filling) && filling.word === 'REPEAT';
  const constant = repeats ? undefined : single('FILL', filling);
  const filled = (series: TimeSeries): TimeSeries => {
    let last: number | undefined;
    return seriesOf(times, (time) => {
      const found = series.get(time);
      last = found ?? last;
      return found ?? (constant === undefined ? last : at(constant, time));
    });
  };
  return isMany(given) ? given.map(filled) : filled(given);
}

export const isWord = (argument: Argument): argument is { readonly word: string } =>
  typeof argument === 'object' && 'word' in argument;

function valueOf(name: string, argument: Argument | undefined): MathValue {
  if (argument === undefined || isWord(argument)) throw wrongArgument(name);
  return argument;
}

function single(name: string, argument: Argument | undefined): number | TimeSeries {
  const value = valueOf(name, argument);
  if (isMany(value)) throw wrongArgument(name);
  return value;
}

function wrongArgument(name: string): LandfallError {
  return new LandfallError({
    code: 'METRIC_MATH_ARGUMENT',
    message: `The metric math function ${name} was given something that the local plane does not take there.`,
    fix: 'See AWS’s page on metric math for its arguments; docs/fidelity.md says what is left out locally.',
  });
}

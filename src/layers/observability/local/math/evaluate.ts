import { LandfallError } from '../../../../base/errors.js';
import type { MetricId, Metrics, Statistic } from '../../../../local/contract/metrics.js';
import { functions, type Argument, type MathSurroundings } from './functions.js';
import { parseMath, type MathNode } from './parse.js';
import { combine, isMany, isSeries, type MathValue, type TimeSeries } from './value.js';

/** One line of a request or an alarm: a metric, or an expression of others. */
export type MetricQuery =
  | {
      readonly id: string;
      readonly metric: MetricId;
      readonly statistic: Statistic;
      readonly periodSeconds: number;
    }
  | { readonly id: string; readonly expression: string };

export interface TimeRange {
  readonly from: number;
  readonly until: number;
}

/**
 * The value of each query by its id, for the periods of a range that begins at a multiple of the period. Expressions have the longest period
 * of the metrics.
 * @throws LandfallError `METRIC_MATH_UNREADABLE`, `METRIC_MATH_UNKNOWN` or `METRIC_MATH_ARGUMENT`
 */
export function evaluateQueries(
  queries: readonly MetricQuery[],
  { from, until }: TimeRange,
  source: Metrics,
): ReadonlyMap<string, MathValue> {
  const periodSeconds = Math.max(60, ...queries.map((query) => ('metric' in query ? query.periodSeconds : 0)));
  const metrics = new Map(
    queries.flatMap((query) => {
      if (!('metric' in query)) return [];
      const { id, metric, statistic } = query;
      const points = source.series({ ...metric, statistic, periodSeconds: query.periodSeconds, from, until });
      return [[id, new Map(points.map(({ time, value }) => [time, value]))] as const];
    }),
  );
  const times: number[] = [];
  for (let time = from; time < until; time += periodSeconds * 1000) times.push(time);
  const expressions = new Map(
    queries.flatMap((query) => ('expression' in query ? [[query.id, query.expression] as const] : [])),
  );
  return new Evaluation(expressions, { times, metrics, periodSeconds }).all();
}

class Evaluation {
  readonly #values = new Map<string, MathValue>();
  readonly #begun = new Set<string>();

  constructor(
    private readonly expressions: ReadonlyMap<string, string>,
    private readonly around: MathSurroundings,
  ) {
    for (const [id, series] of around.metrics) this.#values.set(id, series);
  }

  all(): ReadonlyMap<string, MathValue> {
    for (const id of this.expressions.keys()) this.#named(id);
    return this.#values;
  }

  #named(id: string): MathValue {
    const known = this.#values.get(id);
    if (known !== undefined) return known;
    const expression = this.expressions.get(id);
    if (expression === undefined || this.#begun.has(id)) throw unknown('id', id);
    this.#begun.add(id);
    const value = this.#of(parseMath(expression));
    this.#values.set(id, value);
    return value;
  }

  #of(node: MathNode): MathValue {
    switch (node.kind) {
      case 'number':
        return node.value;
      case 'name':
        return this.#named(node.name);
      case 'negative':
        return combine('-', 0, this.#of(node.of));
      case 'operation':
        return combine(node.operator, this.#of(node.left), this.#of(node.right));
      case 'array':
        return node.items.flatMap((item): readonly TimeSeries[] => {
          const value = this.#of(item);
          if (isMany(value)) return value;
          return isSeries(value) ? [value] : [new Map(this.around.times.map((time) => [time, value]))];
        });
      case 'call': {
        const called = functions[node.name];
        if (called === undefined) throw unknown('function', node.name);
        return called(
          node.args.map((argument) => this.#argument(argument)),
          this.around,
        );
      }
      case 'text':
        throw unknown('text', node.value);
    }
  }

  #argument(node: MathNode): Argument {
    if (node.kind === 'text') return { word: node.value };
    if (node.kind === 'name' && fillings.has(node.name)) return { word: node.name };
    return this.#of(node);
  }
}

const fillings: ReadonlySet<string> = new Set(['REPEAT', 'LINEAR']);

function unknown(what: string, name: string): LandfallError {
  return new LandfallError({
    code: 'METRIC_MATH_UNKNOWN',
    message: `The local plane does not know the ${what} ${name} in a metric math expression.`,
    fix: `It knows the functions ${Object.keys(functions).sort().join(', ')}, and the ids of the same request.`,
  });
}

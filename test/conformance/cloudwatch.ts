import assert from 'node:assert/strict';
import { step, type StepInput, type StepPolicy } from '../../src/layers/ecs/local/scaling/step-scaling.js';
import { judge, type MissingData } from '../../src/layers/observability/local/alarm/judge.js';
import { evaluateQueries } from '../../src/layers/observability/local/math/evaluate.js';
import { createFakePlane } from '../../src/local/testing/fake-context.js';
import type { ConformanceCase } from './case.js';

const missingData =
  'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html (tables not re-read)';
const math = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html (not re-read)';
const stepScaling =
  'https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html (read 2026-11-28)';
const stepAdjustment =
  'https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepAdjustment.html (read 2026-11-28)';

const treatments: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];

/** `0` is within the threshold, `X` past it, `-` is missing; oldest first, as AWS's tables have them. */
const range = (text: string): readonly (number | undefined)[] =>
  text.split(' ').map((mark) => (mark === '-' ? undefined : mark === 'X' ? 1 : 0));

const states = (text: string, datapointsToAlarm: number) =>
  treatments.map((treatment) => {
    const criteria = { evaluationPeriods: 3, datapointsToAlarm, missingData: treatment };
    return judge(range(text), { ...criteria, isBreaching: (value) => value > 0 }) ?? 'stays';
  });

/** Rows of AWS's tables: datapoints, and the state when missing data is missing, ignored, breaching, not breaching. */
const rows: readonly (readonly [toAlarm: number, datapoints: string, ...expected: string[]])[] = [
  [3, '0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  [3, '- - - - 0', 'OK', 'OK', 'OK', 'OK'],
  [3, '- - - - -', 'INSUFFICIENT_DATA', 'stays', 'ALARM', 'OK'],
  [3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [3, '- - X - -', 'ALARM', 'stays', 'ALARM', 'OK'],
  [2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '- - - X -', 'ALARM', 'stays', 'ALARM', 'OK'],
];

const alarms: readonly ConformanceCase[] = [
  ...rows.map(([toAlarm, datapoints, ...expected]) => ({
    layer: 'observability',
    name: `evaluates ${datapoints} with ${String(toAlarm)} of 3 datapoints to alarm`,
    source: missingData,
    run: () => assert.deepEqual(states(datapoints, toAlarm), expected),
  })),
  {
    layer: 'observability',
    name: 'does not go to ALARM before the oldest breaching datapoint is as old as the datapoints to alarm',
    source: missingData,
    run: () => assert.equal(states('- - - - X', 3)[0], 'stays'),
  },
];

/** The values of an expression over three minutes in which `a` has 1 and 3, `b` only 5 in the second. */
function evaluated(expression: string): readonly (number | undefined)[] {
  const { metrics, clock } = createFakePlane();
  const from = clock.now();
  const id = (name: string) => ({ namespace: 'Test', name, dimensions: {} });
  metrics.put([
    { ...id('a'), values: [1], time: from },
    { ...id('a'), values: [3], time: from + 60_000 },
    { ...id('b'), values: [5], time: from + 60_000 },
  ]);
  const metric = (name: string) => ({ id: name, metric: id(name), statistic: 'Sum' as const, periodSeconds: 60 });
  const queries = [{ id: 'e', expression }, metric('a'), metric('b')];
  const value = evaluateQueries(queries, { from, until: from + 180_000 }, metrics).get('e');
  return [0, 1, 2].map((minute) => (value instanceof Map ? (value.get(from + minute * 60_000) as number) : undefined));
}

const mathCases: readonly ConformanceCase[] = (
  [
    ['fills missing values with a number', 'FILL(b, 0)', [0, 5, 0]],
    ['repeats the last value where one is missing', 'FILL(a, REPEAT)', [1, 3, 3]],
    ['adds series where both have a value', 'a + b', [undefined, 8, undefined]],
    ['sums an array over those that have a value', 'SUM([a, b])', [1, 8, undefined]],
    ['takes the largest of an array by time', 'MAX([a, b])', [1, 5, undefined]],
    ['chooses by a condition for each time', 'IF(a > 2, b, 0)', [0, 5, undefined]],
    ['makes comparisons 1 and 0', 'a >= 3', [0, 1, undefined]],
    ['takes AND and OR as operators', 'a > 0 AND b == 5', [undefined, 1, undefined]],
  ] as const
).map(([name, expression, expected]) => ({
  layer: 'observability',
  name,
  source: math,
  run: () => assert.deepEqual(evaluated(expression), expected),
}));

const policy = (more: Partial<StepPolicy>): StepPolicy => ({
  adjustmentType: 'ChangeInCapacity',
  cooldownSeconds: 60,
  minimumMagnitude: 0,
  steps: [
    { lowerBound: 0, upperBound: 10, adjustment: 1 },
    { lowerBound: 10, adjustment: 2 },
    { lowerBound: -10, upperBound: 0, adjustment: -1 },
    { upperBound: -10, adjustment: -2 },
  ],
  ...more,
});
const input = (more: Partial<StepInput>): StepInput => ({
  now: 0,
  current: 4,
  minimum: 0,
  maximum: 10,
  deploying: false,
  difference: 5,
  memory: { out: undefined, inUntil: 0 },
  ...more,
});
const capacity = (more: Partial<StepInput>, changed: Partial<StepPolicy> = {}): number =>
  step(policy(changed), input(more)).capacity;

const stepping = (name: string, source: string, run: ConformanceCase['run']): ConformanceCase => ({
  layer: 'ecs',
  name,
  source,
  run,
});

const stepCases: readonly ConformanceCase[] = [
  stepping('steps by how far the metric is past the threshold, the lower bound included above it', stepAdjustment, () =>
    assert.deepEqual(
      [1, 9.9, 10, 50].map((difference) => capacity({ difference })),
      [5, 5, 6, 6],
    ),
  ),
  stepping('includes the upper bound of a step below the threshold', stepAdjustment, () =>
    assert.deepEqual(
      [-1, -9.9, -10, -50].map((difference) => capacity({ difference })),
      [3, 3, 2, 2],
    ),
  ),
  stepping('sets an exact capacity', stepScaling, () =>
    assert.equal(
      capacity({ difference: -1 }, { adjustmentType: 'ExactCapacity', steps: [{ upperBound: 0, adjustment: 0 }] }),
      0,
    ),
  ),
  stepping('changes by percent, at least by the minimum magnitude', stepScaling, () => {
    const percent = { adjustmentType: 'PercentChangeInCapacity', steps: [{ lowerBound: 0, adjustment: 25 }] } as const;
    assert.deepEqual([capacity({}, percent), capacity({}, { ...percent, minimumMagnitude: 2 })], [5, 6]);
  }),
  stepping('never leaves the bounds of the scalable target by a step', stepScaling, () =>
    assert.deepEqual([capacity({ current: 10 }), capacity({ current: 2, minimum: 2, difference: -50 })], [10, 2]),
  ),
  stepping('adds only what a larger step adds during the cooldown of a scale-out', stepScaling, () => {
    const { memory } = step(policy({}), input({}));
    assert.deepEqual(
      [5, 15].map((difference) => capacity({ current: 5, memory, now: 30_000, difference })),
      [5, 6],
    );
    assert.equal(capacity({ current: 5, memory, now: 60_000 }), 6);
  }),
  stepping('blocks scale-in until the cooldown of the last one is over, and not a scale-out', stepScaling, () => {
    const { memory } = step(policy({}), input({ difference: -1 }));
    assert.equal(capacity({ current: 3, memory, now: 59_000, difference: -1 }), 3);
    assert.equal(capacity({ current: 3, memory, now: 60_000, difference: -1 }), 2);
    assert.equal(capacity({ current: 3, memory, now: 1000, difference: 1 }), 4);
  }),
  stepping(
    'turns step scale-in off while a deployment is in progress',
    'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html (not re-read)',
    () => assert.deepEqual([capacity({ difference: -1, deploying: true }), capacity({ deploying: true })], [4, 5]),
  ),
];

export const cases: readonly ConformanceCase[] = [...alarms, ...mathCases, ...stepCases];

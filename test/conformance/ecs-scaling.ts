import assert from 'node:assert/strict';
import { Traffic } from '../../src/layers/alb/local/traffic.js';
import { CpuMeter } from '../../src/layers/ecs/local/scaling/metrics.js';
import {
  alarmOf,
  decide,
  type ScalingInput,
  type Series,
  type TrackingPolicy,
} from '../../src/layers/ecs/local/scaling/target-tracking.js';
import type { ConformanceCase } from './case.js';

const tracking =
  'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html (read 2026-11-25)';
const manyPolicies =
  'https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html (not re-read)';
const cooldowns =
  'https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html (read 2026-11-25)';
const bounds = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html (not re-read)';
const utilization =
  'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html (not re-read)';

const cpu: TrackingPolicy = {
  metric: 'cpu',
  targetValue: 50,
  scaleOutCooldownSeconds: 60,
  scaleInCooldownSeconds: 300,
  disableScaleIn: false,
};
const requests: TrackingPolicy = { ...cpu, metric: 'requests', targetValue: 1000 };
const minutes = (count: number, value: number | undefined): Series => Array.from({ length: count }, () => value);
const high = { policy: cpu, series: minutes(3, 100) };
const low = { policy: cpu, series: minutes(15, 10) };

const given = (changed: Partial<ScalingInput>): ScalingInput => ({
  now: 10_000_000,
  current: 4,
  minimum: 1,
  maximum: 20,
  deploying: false,
  policies: [],
  memory: { out: undefined, inUntil: 0 },
  ...changed,
});

const capacity = (changed: Partial<ScalingInput>): number => decide(given(changed)).capacity;

const scaling = (name: string, source: string, run: ConformanceCase['run']): ConformanceCase => ({
  layer: 'ecs',
  name,
  source,
  run,
});

export const scalingCases: readonly ConformanceCase[] = [
  scaling('scales out after three one-minute datapoints above the target', manyPolicies, () => {
    assert.deepEqual(
      [minutes(2, 51), minutes(3, 51)].map((series) => alarmOf(cpu, series)),
      ['ok', 'high'],
    );
    assert.equal(alarmOf(cpu, [51, 50, 51]), 'ok');
  }),
  scaling('scales in after fifteen one-minute datapoints below 90 percent of the target', manyPolicies, () => {
    assert.deepEqual(
      [minutes(14, 44), minutes(15, 44)].map((series) => alarmOf(cpu, series)),
      ['ok', 'low'],
    );
    assert.equal(alarmOf(cpu, minutes(15, 45)), 'ok');
  }),
  scaling('scales out in proportion to the metric', tracking, () => {
    assert.equal(capacity({ policies: [high] }), 8);
  }),
  scaling('rounds up so that it never adds too little', tracking, () => {
    assert.equal(capacity({ policies: [{ policy: cpu, series: minutes(3, 51) }] }), 5);
  }),
  scaling('rounds up so that it never removes too much', tracking, () => {
    assert.equal(capacity({ policies: [{ policy: cpu, series: minutes(15, 26) }] }), 3);
  }),
  scaling('does not scale out when the metric is at the target', tracking, () => {
    assert.equal(capacity({ policies: [{ policy: cpu, series: minutes(15, 50) }] }), 4);
  }),
  scaling('does not take missing data for low use', tracking, () => {
    assert.equal(capacity({ policies: [{ policy: cpu, series: minutes(15, undefined) }] }), 4);
    assert.equal(capacity({ policies: [{ policy: cpu, series: [...minutes(14, 0), undefined] }] }), 4);
  }),
  scaling('does not scale out with a datapoint missing among the last three', tracking, () => {
    assert.equal(capacity({ policies: [{ policy: cpu, series: [90, undefined, 90] }] }), 4);
  }),
  scaling('turns scale-in off while a deployment is in progress', tracking, () => {
    assert.deepEqual([capacity({ policies: [low] }), capacity({ policies: [low], deploying: true })], [1, 4]);
  }),
  scaling('goes on scaling out while a deployment is in progress', tracking, () => {
    assert.equal(capacity({ policies: [high], deploying: true }), 8);
  }),
  scaling('scales out when one of several policies asks for it', manyPolicies, () => {
    assert.equal(capacity({ policies: [low, { policy: requests, series: minutes(3, 1500) }] }), 6);
  }),
  scaling(
    'takes the largest capacity that policies ask for',
    'https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html (read 2026-11-25)',
    () => {
      const busy = { policy: requests, series: minutes(3, 3000) };
      assert.deepEqual([capacity({ policies: [high, busy] }), capacity({ policies: [busy, high] })], [12, 12]);
    },
  ),
  scaling('scales in only when every policy is ready to', manyPolicies, () => {
    const busy = { policy: requests, series: minutes(15, 950) };
    const quiet = { policy: requests, series: minutes(15, 300) };
    assert.deepEqual([capacity({ policies: [low, busy] }), capacity({ policies: [low, quiet] })], [4, 2]);
  }),
  scaling('does not ask a policy whose scale-in is disabled', manyPolicies, () => {
    const busy = { policy: { ...requests, disableScaleIn: true }, series: minutes(15, 950) };
    assert.equal(capacity({ policies: [low, busy] }), 1);
  }),
  scaling('never scales in by a policy whose scale-in is disabled', cooldowns, () => {
    assert.equal(capacity({ policies: [{ ...low, policy: { ...cpu, disableScaleIn: true } }] }), 4);
  }),
  scaling('counts what was just added as part of the next scale-out during the cooldown', cooldowns, () => {
    const { memory } = decide(given({ policies: [high] }));
    const during = { memory, current: 8, now: 10_030_000 };
    assert.equal(capacity({ ...during, policies: [high] }), 8);
    assert.equal(capacity({ ...during, policies: [{ policy: cpu, series: minutes(3, 150) }] }), 12);
    assert.equal(capacity({ ...during, now: 10_060_000, policies: [high] }), 16);
  }),
  scaling('blocks another scale-in until the cooldown has expired', cooldowns, () => {
    const half = { policy: cpu, series: minutes(15, 25) };
    const { capacity: first, memory } = decide(given({ policies: [half] }));
    const after = (now: number) => capacity({ policies: [half], current: first, memory, now });
    assert.deepEqual([first, after(10_299_000), after(10_300_000)], [2, 2, 1]);
  }),
  scaling('scales out at once during the cooldown of a scale-in, which ends with it', cooldowns, () => {
    const { memory } = decide(given({ policies: [low] }));
    const out = decide(given({ policies: [high], current: 1, memory }));
    assert.deepEqual([out.capacity, out.memory.inUntil], [2, 0]);
  }),
  scaling('stays within the minimum and the maximum', bounds, () => {
    assert.equal(capacity({ policies: [high], maximum: 5 }), 5);
    assert.equal(capacity({ policies: [low], minimum: 3 }), 3);
  }),
  scaling('brings a count below the minimum up to it when it scales out, not before', bounds, () => {
    assert.equal(capacity({ current: 1, minimum: 3 }), 1);
    assert.equal(capacity({ current: 1, minimum: 3, policies: [high] }), 3);
  }),
  scaling('leaves a count below the minimum alone when it would scale in', bounds, () => {
    assert.equal(capacity({ current: 2, minimum: 3, policies: [low] }), 2);
  }),
  scaling('measures CPU as a share of what the task definition reserves', utilization, () => {
    const used = { seconds: 0 };
    const meter = new CpuMeter(
      { tasks: () => [{ id: 'a', pid: 7, health: 'healthy' }], measured: { cpuUnits: 256 } },
      () => new Map([[7, used.seconds]]),
    );
    used.seconds = 7.5;
    assert.equal(meter.read(60), 50);
  }),
  scaling(
    'measures requests per healthy target',
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html (not re-read)',
    () => {
      const traffic = new Traffic('shop-alb');
      for (let request = 0; request < 3000; request += 1)
        traffic.answered({ group: 'offers', routed: true, own: false, status: 200, seconds: 0.01 });
      const perTarget = traffic
        .report([{ name: 'offers', healthy: 2, unhealthy: 1 }])
        .filter(({ name }) => name === 'RequestCountPerTarget');
      assert.deepEqual(
        perTarget.map(({ values }) => values),
        [[1500]],
      );
    },
  ),
];

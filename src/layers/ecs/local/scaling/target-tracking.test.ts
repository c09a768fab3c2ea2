import { describe, expect, it } from 'vitest';
import { alarmOf, decide, proportional, type ScalingInput, type TrackingPolicy } from './target-tracking.js';

const cpu: TrackingPolicy = {
  metric: 'cpu',
  targetValue: 70,
  scaleOutCooldownSeconds: 60,
  scaleInCooldownSeconds: 300,
  disableScaleIn: false,
};
const requests: TrackingPolicy = { ...cpu, metric: 'requests', targetValue: 1000 };
const times = (count: number, value: number | undefined) => Array.from({ length: count }, () => value);

const input = (changed: Partial<ScalingInput>): ScalingInput => ({
  now: 1_000_000,
  current: 2,
  minimum: 1,
  maximum: 10,
  deploying: false,
  policies: [],
  memory: { out: undefined, inUntil: 0 },
  ...changed,
});

describe('the alarms of a policy', () => {
  it.each([
    ['high', [10, 71, 90, 80]],
    ['ok', [90, 70, 90]],
    ['ok', [90, undefined, 90]],
    ['ok', [90, 90]],
    ['low', times(15, 62)],
    ['ok', times(14, 62)],
    ['ok', [...times(14, 62), 64]],
    ['ok', [...times(14, 0), undefined]],
  ] as const)('are %s for %j', (alarm, series) => {
    expect(alarmOf(cpu, series)).toBe(alarm);
  });
});

it('rounds up what it needs', () => {
  expect([proportional(2, 75, 70), proportional(3, 140, 70), proportional(4, 0, 70)]).toEqual([3, 6, 0]);
});

describe('together, policies', () => {
  it('scale out by the one that asks for most, within the maximum', () => {
    const policies = [
      { policy: cpu, series: times(3, 80) },
      { policy: requests, series: times(3, 2600) },
    ];
    expect(decide(input({ policies }))).toMatchObject({ capacity: 6, by: requests });
    expect(decide(input({ policies, maximum: 4 }))).toMatchObject({ capacity: 4 });
  });

  it('add to a scale-out during its cooldown only what a larger one needs', () => {
    const policies = [{ policy: cpu, series: times(3, 140) }];
    const { memory } = decide(input({ policies }));
    const again = input({ policies, memory, current: 4, now: 1_030_000 });
    expect(decide(again).capacity).toBe(4);
    expect(decide({ ...again, policies: [{ policy: cpu, series: times(3, 210) }] }).capacity).toBe(6);
    expect(decide({ ...again, now: 1_060_000 }).capacity).toBe(8);
  });

  it('scale in when all of them would, to the largest count that one needs', () => {
    const low = { policy: cpu, series: times(15, 10) };
    const busy = { policy: requests, series: times(15, 500) };
    expect(decide(input({ current: 8, policies: [low, busy] }))).toMatchObject({ capacity: 4, by: requests });
    const other = { policy: requests, series: times(15, 950) };
    expect(decide(input({ current: 8, policies: [low, other] })).capacity).toBe(8);
    const disabled = { ...other, policy: { ...requests, disableScaleIn: true } };
    expect(decide(input({ current: 8, policies: [low, disabled] })).capacity).toBe(2);
  });

  it('scale in again only after the cooldown, which a scale-out ends', () => {
    const policies = [{ policy: cpu, series: times(15, 35) }];
    const { capacity, memory } = decide(input({ current: 8, policies }));
    expect(capacity).toBe(4);
    const again = input({ current: 4, policies, memory, now: 1_299_000 });
    expect(decide(again).capacity).toBe(4);
    expect(decide({ ...again, now: 1_300_000 }).capacity).toBe(2);
    const out = decide({ ...again, policies: [{ policy: cpu, series: times(3, 140) }] });
    expect([out.capacity, out.memory.inUntil]).toEqual([8, 0]);
  });

  it('do not scale in during a deployment, below one task, or without data', () => {
    const idle = [{ policy: cpu, series: times(15, 0) }];
    expect(decide(input({ policies: idle, deploying: true })).capacity).toBe(2);
    expect(decide(input({ policies: idle, minimum: 0 })).capacity).toBe(1);
    expect(decide(input({ policies: [{ policy: cpu, series: times(15, undefined) }] })).capacity).toBe(2);
  });

  it('leave a service at 0 alone', () => {
    expect(decide(input({ current: 0, policies: [{ policy: cpu, series: times(3, 100) }] })).capacity).toBe(0);
  });

  it('bring a count outside the bounds inside with their next action only', () => {
    expect(decide(input({ current: 1, minimum: 3 })).capacity).toBe(1);
    const high = [{ policy: cpu, series: times(3, 75) }];
    expect(decide(input({ current: 1, minimum: 3, policies: high })).capacity).toBe(3);
  });
});

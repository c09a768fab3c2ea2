import { expect, it } from 'vitest';
import { configOf, nestService } from '../../src/stack/testing/config.js';
import { sleepingPlane } from '../harness/sleeping-plane.js';

const afterMinutes = 5;
const sleep = { afterMinutes, schedule: undefined, timezone: 'UTC' };
const job = { schedule: 'rate(1 hour)', path: '/jobs', method: 'POST', timezone: 'UTC' } as const;

const shop = () =>
  sleepingPlane(
    configOf({
      sleep,
      services: [
        nestService('auth-service', { port: 3001 }),
        nestService('offers-service', {
          port: 3002,
          calls: ['auth-service'],
          jobs: { expire: job },
        }),
      ],
    }),
  );

it('silence puts every service to sleep, and the load balancer then answers 503', { timeout: 30_000 }, async () => {
  const { pass, get, desired } = await shop();
  expect([desired('auth-service'), desired('offers-service'), desired('gateway')]).toEqual([1, 1, 1]);
  await pass(afterMinutes - 1);
  expect(desired('offers-service')).toBe(1);
  await pass(3);
  expect([desired('auth-service'), desired('offers-service'), desired('gateway')]).toEqual([0, 0, 1]);
  expect(await get('offers-service')).toBe(503);
});

it(
  'one request a minute keeps a service awake, and the service that it calls by Cloud Map',
  { timeout: 30_000 },
  async () => {
    const { pass, get, desired } = await shop();
    for (let minute = 0; minute < 3 * afterMinutes; minute += 1) {
      expect(await get('offers-service')).toBe(200);
      await pass(1);
    }
    expect([desired('offers-service'), desired('auth-service')]).toEqual([1, 1]);
  },
);

it('requests to the called service alone let its caller sleep', { timeout: 30_000 }, async () => {
  const { pass, get, desired } = await shop();
  for (let minute = 0; minute < 2 * afterMinutes; minute += 1) {
    expect(await get('auth-service')).toBe(200);
    await pass(1);
  }
  expect([desired('offers-service'), desired('auth-service')]).toEqual([0, 1]);
});

it('a running job prevents sleep', { timeout: 30_000 }, async () => {
  const { pass, report, desired } = await shop();
  for (let minute = 0; minute < 2 * afterMinutes; minute += 1) {
    report('RunningJobs');
    await pass(1);
  }
  expect([desired('offers-service'), desired('auth-service')]).toEqual([1, 1]);
  await pass(2 * afterMinutes);
  expect(desired('offers-service')).toBe(0);
});

it(
  'a service that is woken right after it fell asleep stays awake for the whole window',
  { timeout: 30_000 },
  async () => {
    const { pass, report, wake, desired } = await shop();
    for (let minute = 0; desired('offers-service') > 0 && minute < 3 * afterMinutes; minute += 1) await pass(1);
    expect(desired('offers-service')).toBe(0);
    await pass(0.25);
    wake('offers-service');
    report('WakeUps');
    for (let minute = 0; minute < afterMinutes; minute += 1) {
      expect(desired('offers-service')).toBe(1);
      await pass(1);
    }
    await pass(afterMinutes);
    expect(desired('offers-service')).toBe(0);
  },
);

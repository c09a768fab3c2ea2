import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WakeSettings } from '../../src/layers/gateway/waking.js';
import { holdCases } from '../lua/hold-cases.js';
import { isRetryAnswer, retryCases, until, type WakeCase } from '../lua/wake-cases.js';
import { startWakingLocal, type WakingLocal } from '../lua/wake-local.js';

/** A service of its own for each case. */
const rows = (mode: string, cases: readonly WakeCase[], common: Partial<WakeSettings>) =>
  cases.map((one, index) => {
    const service = `${mode}-${String(index)}`;
    const needs = [{ service, host: `${service}.internal`, path: '/health' }];
    const settings = { ...common, ...(common.hold !== undefined && { needs, reads_body: true }), ...one.settings };
    return [one.name, { one, service, settings }] as const;
  });

/** The cases that real ngx_lua runs in `lua-waking.test.ts`, by the same Lua. */
describe('waking in the local gateway', () => {
  const tables = {
    retry: rows('retry', retryCases, {}),
    hold: rows('hold', holdCases, { hold: 5, max_held: 100 }),
  };
  let place: WakingLocal;
  beforeAll(async () => {
    const all = Object.values(tables).flat();
    const services = all.map(([, { service, settings }]) => [service, settings] as const);
    place = await startWakingLocal({ services: Object.fromEntries(services) });
    // Nginx, its clients and its services share no process: here they take turns, and a start must outlast two hundred questions.
    for (const [, { service }] of tables.retry) place.balancer.startMs.set(service, 1500);
  });
  afterAll(() => place.stop());

  describe('retry', () => {
    test.each(tables.retry)('%s', (_name, { one, service }) => one.run(place.runner(service)), 30_000);
  });

  describe('hold', () => {
    test.each(tables.hold)('%s', (_name, { one, service }) => one.run(place.runner(service)), 30_000);
  });
});

test('two gateways call once each, and both answer with the service afterwards', async () => {
  const place = await startWakingLocal({ services: { offers: {} } }, 2);
  try {
    const runners = [place.runner('offers', 0), place.runner('offers', 1)];
    place.balancer.services.set('offers', 'no task');
    place.balancer.startMs.set('offers', 1500);
    const asking = runners.flatMap((runner) => Array.from({ length: 20 }, () => runner.ask()));
    expect((await Promise.all(asking)).filter((answer) => !isRetryAnswer(answer))).toEqual([]);
    await until(() => place.balancer.callsFor('offers').length === 2, 'a call of each');
    await until(() => place.balancer.services.get('offers') === 'up', 'the service is up');
    const answers = await Promise.all(runners.map((runner) => runner.ask()));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(place.balancer.callsFor('offers')).toHaveLength(2);
  } finally {
    await place.stop();
  }
}, 30_000);

import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { whyNoNginx } from '../harness/nginx.js';
import type { WakeSettings } from '../../src/layers/gateway/waking.js';
import { FakeIssuer, issuerAddress } from '../lua/issuer.js';
import { token } from '../lua/tokens.js';
import { holdCases } from '../lua/hold-cases.js';
import { retryCases, until, type WakeCase } from '../lua/wake-cases.js';
import { startWakingNginx, type WakingNginx } from '../lua/wake-nginx.js';

/** A service of its own for each case. */
const rows = (mode: string, cases: readonly WakeCase[], common: Partial<WakeSettings>) =>
  cases.map((one, index) => {
    const service = `${mode}-${String(index)}`;
    const needs = [{ service, host: `${service}.internal`, path: '/health' }];
    const settings = { ...common, ...(common.hold !== undefined && { needs }), ...one.settings };
    return [one.name, { one, service, settings }] as const;
  });

const reason = whyNoNginx();
const skipped = reason === undefined ? '' : ` (skipped: ${reason})`;

describe.skipIf(reason !== undefined)(`waking in real ngx_lua, two workers${skipped}`, () => {
  const tables = {
    retry: rows('retry', retryCases, {}),
    hold: rows('hold', holdCases, { hold: 5, max_held: 100 }),
  };
  let place: WakingNginx;
  beforeAll(async () => {
    const services = Object.values(tables).flatMap((table) =>
      table.map(([, { service, settings }]) => [service, settings]),
    );
    place = await startWakingNginx({ services: Object.fromEntries(services) as Record<string, object> });
  });
  afterAll(() => place.stop());

  describe('retry', () => {
    test.concurrent.each(tables.retry)('%s', (_name, { one, service }) => one.run(place.runner(service)), 30_000);
  });

  // One after the other: they share how many requests the gateway holds.
  describe('hold', () => {
    test.each(tables.hold)('%s', (_name, { one, service }) => one.run(place.runner(service)), 30_000);
  });

  test('a wrong token is refused once, and logged without it', async () => {
    const wrong = await startWakingNginx({ services: { offers: {} }, token: 'wrong-must-not-show' });
    try {
      const runner = wrong.runner('offers');
      wrong.balancer.services.set('offers', 'no task');
      expect((await runner.ask()).status).toBe(503);
      const refusal = 'the wake-up failed for offers: status 403 {"error":"The token is wrong."}';
      await until(async () => (await runner.log()).includes(refusal), 'the refusal in the log');
      expect(wrong.balancer.callsFor('offers')).toHaveLength(1);
      expect(await runner.log()).not.toContain('must-not-show');
    } finally {
      await wrong.stop();
    }
  });

  test('the token is not sent to whom the certificate does not name', async () => {
    const other = await startWakingNginx({ services: { offers: {} }, serverName: 'other.example.com' });
    try {
      const runner = other.runner('offers');
      other.balancer.services.set('offers', 'no task');
      expect((await runner.ask()).status).toBe(503);
      const refusal = 'the wake-up failed for offers: TLS: ';
      await until(async () => (await runner.log()).includes(refusal), 'the refusal in the log');
      expect(other.balancer.callsFor('offers')).toEqual([]);
    } finally {
      await other.stop();
    }
  }, 40_000);

  describe('an issuer that sleeps', () => {
    const now = Math.floor(Date.now() / 1000);
    const good = token({ claims: { iat: now, nbf: now, exp: now + 3600 } });
    const ask = (place: WakingNginx, authorization?: string) =>
      place.runner('offers').ask(authorization === undefined ? {} : { authorization });

    async function asleep(settings: Partial<WakeSettings>): Promise<WakingNginx> {
      const own = await startWakingNginx({ services: { offers: settings }, workers: 1, issuer: 'auth' });
      own.balancer.services.set('auth', 'no task');
      own.balancer.startMs.set('auth', 400);
      const issuer = new FakeIssuer('');
      own.balancer.documents.set('auth', (path) =>
        String(issuer.answer(path)?.body).replace(issuerAddress.base, 'http://auth.internal'),
      );
      return own;
    }

    test('is woken by who brings a token, who is told to come back', async () => {
      const own = await asleep({});
      try {
        expect((await ask(own)).status).toBe(401);
        expect((await ask(own, 'Bearer nonsense')).status).toBe(401);
        expect(own.balancer.callsFor('auth')).toHaveLength(0);
        const answers = await Promise.all(Array.from({ length: 20 }, () => ask(own, `Bearer ${good}`)));
        expect(
          new Set(answers.map(({ status, header }) => `${String(status)} ${String(header('retry-after'))}`)),
        ).toEqual(new Set(['503 45']));
        await until(async () => (await ask(own, `Bearer ${good}`)).status === 200, 'the token is taken');
        expect(own.balancer.callsFor('auth')).toHaveLength(1);
      } finally {
        await own.stop();
      }
    }, 40_000);

    test('is waited for, with the token and the body', async () => {
      const needs = [{ service: 'offers', host: 'offers.internal', path: '/health' }];
      const own = await asleep({ hold: 10, max_held: 100, needs });
      try {
        expect((await ask(own)).status).toBe(401);
        const body = randomBytes(1_000_000);
        const answers = await Promise.all([
          own.runner('offers').ask({ authorization: `Bearer ${good}`, method: 'POST', body }),
          ...Array.from({ length: 20 }, () => ask(own, `Bearer ${good}`)),
        ]);
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
        expect(own.balancer.callsFor('auth')).toHaveLength(1);
        expect(own.balancer.served.get('offers')?.some((got) => got.equals(body))).toBe(true);
      } finally {
        await own.stop();
      }
    }, 40_000);
  });

  describe('held requests', () => {
    const needs = [{ service: 'offers', host: 'offers.internal', path: '/health' }];
    const hold = { hold: 10, max_held: 4, needs };
    let own: WakingNginx;
    beforeEach(async () => {
      own = await startWakingNginx({ services: { offers: hold } });
      own.balancer.services.set('offers', 'no task');
      own.balancer.startMs.set('offers', 60_000);
    });
    afterEach(() => own.stop());

    /** Four that wait, and what becomes of each: a status, or `cut`. */
    const holdFour = async () => {
      const runner = own.runner('offers');
      const asking = Array.from({ length: 4 }, () =>
        runner.ask().then(
          ({ status }) => status,
          () => 'cut',
        ),
      );
      await until(() => own.balancer.callsFor('offers').length === 1, 'a call');
      await pause(300);
      return Promise.all(asking);
    };

    test('are served by the workers that a reload replaces', async () => {
      const asking = holdFour();
      await pause(600);
      own.nginx.reload();
      await pause(400);
      own.balancer.services.set('offers', 'up');
      expect(await asking).toEqual([200, 200, 200, 200]);
      expect((await own.runner('offers').ask()).status).toBe(200);
      expect(own.balancer.callsFor('offers')).toHaveLength(1);
    });

    test('are served before the gateway stops', async () => {
      const asking = holdFour();
      await pause(600);
      const stopped = own.nginx.quit();
      await pause(400);
      own.balancer.services.set('offers', 'up');
      expect(await asking).toEqual([200, 200, 200, 200]);
      await stopped;
    });

    test('of a worker that dies are cut, and no longer counted', async () => {
      const asking = holdFour();
      await pause(600);
      for (const pid of await own.nginx.workers()) process.kill(pid, 'SIGKILL');
      expect(await asking).toEqual(['cut', 'cut', 'cut', 'cut']);
      // Others may not wait while the dead are counted, which ends by itself.
      await pause(3500);
      const again = holdFour();
      await pause(600);
      own.balancer.services.set('offers', 'up');
      expect(await again).toEqual([200, 200, 200, 200]);
    }, 30_000);
  });
});

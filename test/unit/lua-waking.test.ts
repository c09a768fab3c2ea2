import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNoNginx } from '../harness/nginx.js';
import { retryCases, until } from '../lua/wake-cases.js';
import { startWakingNginx, type WakingNginx } from '../lua/wake-nginx.js';

const reason = whyNoNginx();
const skipped = reason === undefined ? '' : ` (skipped: ${reason})`;

describe.skipIf(reason !== undefined)(`waking in real ngx_lua, two workers${skipped}`, () => {
  const table = retryCases.map((one, index) => [one.name, one, `retry-${String(index)}`] as const);
  let place: WakingNginx;
  beforeAll(async () => {
    place = await startWakingNginx({ services: table.map(([, , service]) => service) });
  });
  afterAll(() => place.stop());

  describe('retry', () => {
    test.concurrent.each(table)('%s', (_name, one, service) => one.run(place.runner(service)), 20_000);
  });

  test('a wrong token is refused once, and logged without it', async () => {
    const wrong = await startWakingNginx({ services: ['offers'], token: 'wrong-must-not-show' });
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
    const other = await startWakingNginx({ services: ['offers'], serverName: 'other.example.com' });
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
  }, 20_000);
});

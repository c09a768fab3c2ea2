import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  callsOf,
  failuresOf,
  isRetryAnswer,
  state,
  untouched,
  until,
  type WakeAnswer,
  type WakeCase,
  type WakeRequest,
  type WakeRunner,
} from './wake-cases.js';

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const servedBy = ({ service, balancer }: WakeRunner) => balancer.served.get(service) ?? [];
const probesOf = ({ service, balancer }: WakeRunner) => balancer.probes.get(service) ?? 0;
const startIn = ({ service, balancer }: WakeRunner, ms: number) => balancer.startMs.set(service, ms);

/** Asks, and says after how many milliseconds the answer came. */
async function timed(runner: WakeRunner, asked?: WakeRequest): Promise<WakeAnswer & { readonly tookMs: number }> {
  const start = performance.now();
  return { ...(await runner.ask(asked)), tookMs: performance.now() - start };
}

/** A request whose client leaves while it waits. */
async function leave(runner: WakeRunner, asked: WakeRequest): Promise<void> {
  const leaving = new AbortController();
  const gone = runner.ask({ ...asked, signal: leaving.signal }).catch(() => 'gone');
  await until(() => callsOf(runner).length === 1, 'a call');
  await pause(150);
  leaving.abort();
  assert.equal(await gone, 'gone');
}

const leaves = (what: string, asked: WakeRequest): WakeCase => ({
  name: `a client that leaves is not served (${what})`,
  run: async (runner) => {
    state(runner, 'no task');
    startIn(runner, 700);
    await leave(runner, asked);
    // Another one, who stays.
    assert.equal((await runner.ask()).status, 200);
    await pause(300);
    assert.equal(servedBy(runner).length, 1);
  },
});

/** `wake.mode: 'hold'`. */
export const holdCases: readonly WakeCase[] = [
  {
    name: 'a request waits until the service runs, and is sent to it once',
    run: async (runner) => {
      state(runner, 'no task');
      startIn(runner, 400);
      const answer = await timed(runner, { method: 'POST', body: Buffer.from('hello') });
      assert.equal(answer.status, 200);
      assert.ok(answer.tookMs >= 400, `after ${String(answer.tookMs)} ms`);
      assert.deepEqual(servedBy(runner).map(String), ['hello']);
      assert.equal(callsOf(runner).length, 1);
    },
  },
  {
    name: '200 requests at the same time, some with 5 MB, all succeed by one call, and one looks for all of them',
    settings: { max_held: 300, hold: 20 },
    run: async (runner) => {
      state(runner, 'no task');
      startIn(runner, 1500);
      const bodies = Array.from({ length: 10 }, () => randomBytes(5_000_000));
      const answers = await Promise.all([
        ...bodies.map((body) => runner.ask({ method: 'POST', body })),
        ...Array.from({ length: 190 }, () => runner.ask()),
      ]);
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
      assert.equal(callsOf(runner).length, 1);
      const served = servedBy(runner);
      assert.equal(served.length, 200);
      const got = served.filter(({ length }) => length > 0).map(hashOf);
      assert.deepEqual(got.sort(), bodies.map(hashOf).sort());
      assert.ok(probesOf(runner) < 40, `${String(probesOf(runner))} looks`);
    },
  },
  {
    name: 'a service that runs is asked at once, and looked at once a second at most',
    run: async (runner) => {
      assert.equal((await runner.ask()).status, 200);
      await Promise.all(Array.from({ length: 50 }, () => runner.ask()));
      assert.ok(probesOf(runner) <= 2, `${String(probesOf(runner))} looks`);
      assert.deepEqual([servedBy(runner).length, callsOf(runner).length], [51, 0]);
    },
  },
  {
    name: 'a service that answers its health check with an error while it starts is waited for',
    run: async (runner) => {
      state(runner, 'no task');
      startIn(runner, 60_000);
      const asking = runner.ask();
      await until(() => callsOf(runner).length === 1, 'a call');
      state(runner, { status: 503 });
      await pause(400);
      assert.equal(servedBy(runner).length, 0);
      state(runner, 'up');
      assert.equal((await asking).status, 200);
    },
  },
  {
    name: 'past the limit the client is told to come back',
    settings: { hold: 1 },
    run: async (runner) => {
      state(runner, 'no task');
      startIn(runner, 60_000);
      const answer = await timed(runner);
      assert.ok(isRetryAnswer(answer));
      assert.equal((JSON.parse(answer.body) as { readonly code: string }).code, 'SERVICE_WAKING');
      assert.ok(answer.tookMs > 950 && answer.tookMs < 2500, `after ${String(answer.tookMs)} ms`);
      assert.equal(callsOf(runner).length, 1);
    },
  },
  {
    name: 'more than may wait are told to come back at once; when those that waited have gone, others may',
    settings: { max_held: 10, hold: 1 },
    run: async (runner) => {
      state(runner, 'no task');
      startIn(runner, 60_000);
      for (let round = 0; round < 2; round += 1) {
        const answers = await Promise.all(Array.from({ length: 30 }, () => timed(runner)));
        assert.ok(answers.every(isRetryAnswer));
        // The two workers count for themselves and tell each other: at the same moment each may let one more in.
        const held = answers.filter(({ tookMs }) => tookMs > 950).length;
        assert.ok(held >= 9 && held <= 12, `${String(held)} held in round ${String(round)}`);
      }
    },
  },
  leaves('GET', {}),
  leaves('POST with 1 MB', { method: 'POST', body: randomBytes(1_000_000) }),
  {
    name: 'clients that left are no longer counted among those that wait',
    settings: { max_held: 1 },
    run: async (runner) => {
      state(runner, 'no task');
      startIn(runner, 900);
      await leave(runner, {});
      await pause(100);
      assert.equal((await runner.ask()).status, 200);
    },
  },
  {
    name: 'what it calls must run too',
    settings: {
      needs: [
        { service: 'caller', host: 'caller.internal', path: '/health' },
        { service: 'called', host: 'called.internal', path: '/health' },
      ],
    },
    run: async (runner) => {
      const { balancer } = runner;
      balancer.services.set('called', 'no task');
      const asking = runner.ask();
      await until(() => callsOf(runner).length === 1, 'a call');
      await pause(300);
      assert.equal(servedBy(runner).length, 0);
      balancer.services.set('called', 'up');
      assert.equal((await asking).status, 200);
      assert.equal(callsOf(runner).length, 1);
    },
  },
  untouched('a service’s own 503', { status: 503, server: 'nginx' }, 503, 'nginx'),
  untouched('a service’s own 502', { status: 502 }, 502, undefined),
  untouched('the load balancer’s 504', 'too slow', 504, 'awselb/2.0'),
  {
    name: 'a wake-up function that is down is logged, and the client told to come back',
    settings: { hold: 2 },
    run: async (runner) => {
      state(runner, 'no task');
      runner.balancer.functionState.set(runner.service, 'down');
      assert.ok(isRetryAnswer(await runner.ask()));
      await until(async () => (await failuresOf(runner)).length === 1, 'a failure in the log');
      assert.equal(callsOf(runner).length, 5);
    },
  },
  {
    name: 'a wake-up that led to nothing is not repeated while it may still work',
    settings: { hold: 2 },
    run: async (runner) => {
      state(runner, 'no task');
      startIn(runner, 60_000);
      assert.ok(isRetryAnswer(await runner.ask()));
      assert.ok(isRetryAnswer(await runner.ask()));
      assert.equal(callsOf(runner).length, 1);
    },
  },
];

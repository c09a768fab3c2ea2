import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { WakeSettings } from '../../src/layers/gateway/waking.js';
import { wakeToken, type FakeBalancer, type FunctionState, type ServiceState } from './balancer.js';

/** What a client got. */
export interface WakeAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

/** What a case asks for. */
export interface WakeRequest {
  readonly method?: string;
  readonly accept?: string;
  readonly authorization?: string;
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
}

/** One way to run the Lua for one service of its own, behind a load balancer of the tests. */
export interface WakeRunner {
  readonly service: string;
  readonly balancer: FakeBalancer;
  ask(request?: WakeRequest): Promise<WakeAnswer>;
  /** What the gateway logged, of every service. */
  log(): Promise<string>;
}

export interface WakeCase {
  readonly name: string;
  /** What differs in the settings of its service. */
  readonly settings?: Partial<WakeSettings>;
  run(runner: WakeRunner): Promise<void>;
}

export const state = ({ service, balancer }: WakeRunner, word: ServiceState) => balancer.services.set(service, word);
export const callsOf = ({ service, balancer }: WakeRunner) => balancer.callsFor(service);

/** Waits until something is so; fails after some seconds. The gateway’s own attempts to wake take 7.5 s. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string, seconds = 25): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, `never: ${what}`);
    await pause(20);
  }
}

export const isRetryAnswer = ({ status, header }: WakeAnswer) => status === 503 && header('retry-after') === '45';

/** A service's own answer goes through as it is, and wakes nobody. */
export const untouched = (name: string, word: ServiceState, status: number, server: string | undefined): WakeCase => ({
  name: `${name} goes through as it is`,
  run: async (runner) => {
    state(runner, word);
    const answer = await runner.ask();
    assert.deepEqual(
      [answer.status, answer.header('retry-after'), answer.body, callsOf(runner).length],
      [status, undefined, '<center>own words</center>', 0],
    );
    if (server !== undefined) assert.equal(answer.header('server'), server);
  },
});

/** What becomes of a wake-up that cannot be done: clients get the same answer, the log says why, the next request tries again. */
const failing = (name: string, word: FunctionState, calls: number, logged: RegExp): WakeCase => ({
  name: `a wake-up function that ${name} is asked ${String(calls)} times, then it is logged as failed`,
  run: async (runner) => {
    state(runner, 'no task');
    runner.balancer.functionState.set(runner.service, word);
    assert.ok(isRetryAnswer(await runner.ask()));
    const failure = () => failuresOf(runner);
    await until(async () => logged.test((await failure()).join('\n')), `${String(logged)} in the log`);
    assert.equal(callsOf(runner).length, calls);
    assert.ok(!(await runner.log()).includes(wakeToken));
    assert.ok(isRetryAnswer(await runner.ask()));
    assert.equal(callsOf(runner).length, calls, 'not again at once');
  },
});

/** Lines of the log by which the alarm counts, of this service. */
export const failuresOf = async ({ log, service }: WakeRunner) =>
  (await log()).split('\n').filter((line) => line.includes(`landfall: the wake-up failed for ${service}: `));

/** `wake.mode: 'retry'`. */
export const retryCases: readonly WakeCase[] = [
  {
    name: 'the load balancer’s 503 becomes a 503 that says when to come back, and one call wakes the service',
    run: async (runner) => {
      state(runner, 'no task');
      const answer = await runner.ask();
      assert.ok(isRetryAnswer(answer));
      assert.deepEqual(JSON.parse(answer.body), {
        message: 'The service is starting. Try again in 45 seconds.',
        code: 'SERVICE_WAKING',
        retryAfterSeconds: 45,
        service: runner.service,
      });
      const names = ['content-type', 'content-length', 'cache-control'] as const;
      assert.deepEqual(names.map(answer.header), [
        'application/json; charset=utf-8',
        String(answer.body.length),
        'no-store',
      ]);
      assert.notEqual(answer.header('server'), 'awselb/2.0');
      await until(async () => (await runner.ask()).status === 200, 'the service answers');
      assert.deepEqual(callsOf(runner), [{ token: wakeToken, body: JSON.stringify({ services: [runner.service] }) }]);
    },
  },
  {
    name: 'the load balancer’s 502, of a task that does not listen yet, is answered in the same way',
    run: async (runner) => {
      state(runner, 'refuses');
      assert.ok(isRetryAnswer(await runner.ask()));
    },
  },
  {
    name: '200 requests at the same time make one call',
    run: async (runner) => {
      state(runner, 'no task');
      runner.balancer.startMs.set(runner.service, 60_000);
      const answers = await Promise.all(Array.from({ length: 200 }, () => runner.ask()));
      assert.ok(answers.every(isRetryAnswer));
      state(runner, 'up');
      assert.equal((await runner.ask()).status, 200);
      await pause(200);
      assert.equal(callsOf(runner).length, 1);
    },
  },
  {
    name: 'while a service starts it is not called again; when it was up and sleeps again, it is',
    run: async (runner) => {
      runner.balancer.functionState.set(runner.service, 'works');
      state(runner, 'no task');
      await runner.ask();
      await until(() => callsOf(runner).length === 1, 'a call');
      await until(() => runner.balancer.services.get(runner.service) === 'up', 'it is up');
      state(runner, 'no task');
      await runner.ask();
      await pause(150);
      assert.equal(callsOf(runner).length, 1, 'it was never seen up');
      state(runner, 'up');
      assert.equal((await runner.ask()).status, 200);
      state(runner, 'no task');
      assert.ok(isRetryAnswer(await runner.ask()));
      await until(() => callsOf(runner).length === 2, 'a second call');
    },
  },
  {
    name: 'a browser gets a page that asks again by itself',
    run: async (runner) => {
      state(runner, 'no task');
      const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
      const answer = await runner.ask({ accept });
      assert.ok(isRetryAnswer(answer));
      assert.equal(answer.header('content-type'), 'text/html; charset=utf-8');
      assert.equal(answer.header('content-length'), String(Buffer.byteLength(answer.body)));
      assert.match(answer.body, /<meta http-equiv="refresh" content="5">/);
      const others = await Promise.all([
        runner.ask({ accept: 'application/json, text/html' }),
        runner.ask({ accept: 'text/html;q=0.5, application/json' }),
        runner.ask({ accept: 'text/html;q=0' }),
        runner.ask({ accept: '*/*' }),
        runner.ask({ accept, method: 'POST', body: Buffer.from('a=b') }),
      ]);
      assert.deepEqual(
        others.map(({ header }) => header('content-type')),
        others.map(() => 'application/json; charset=utf-8'),
      );
      const [preferred, head] = await Promise.all([
        runner.ask({ accept: 'application/json;q=0.5, text/html' }),
        runner.ask({ accept, method: 'HEAD' }),
      ]);
      assert.equal(preferred.header('content-type'), 'text/html; charset=utf-8');
      assert.deepEqual([head.status, head.body, head.header('retry-after')], [503, '', '45']);
    },
  },
  untouched('a service’s own 503', { status: 503, server: 'nginx' }, 503, 'nginx'),
  untouched('a service’s own 502', { status: 502 }, 502, undefined),
  untouched('a 503 of something like the load balancer', { status: 503, server: 'awselb/2.0.1' }, 503, 'awselb/2.0.1'),
  untouched('a service’s own 504', { status: 504 }, 504, undefined),
  untouched('the load balancer’s 504', 'too slow', 504, 'awselb/2.0'),
  untouched('the load balancer’s 500', { status: 500, server: 'awselb/2.0' }, 500, 'awselb/2.0'),
  {
    name: 'a call that fails once is made again',
    run: async (runner) => {
      state(runner, 'no task');
      runner.balancer.functionState.set(runner.service, 'fails once');
      assert.ok(isRetryAnswer(await runner.ask()));
      await until(async () => (await runner.ask()).status === 200, 'the service answers');
      assert.equal(callsOf(runner).length, 2);
      assert.deepEqual(await failuresOf(runner), []);
    },
  },
  failing('is down', 'down', 5, /status 502 no/),
  failing('is throttled', 'throttled', 5, /status 503 no/),
  failing('does not answer', 'cut', 5, /receiving: closed/),
];

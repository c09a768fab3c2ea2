import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LandfallErrors } from '../base/errors.js';
import { controlHandler, type ControlOptions } from './control.js';
import type { PlaneDescription } from './describe.js';
import { gate } from './http/testing/loopback.js';
import { createCloudClock } from './cloud-clock.js';
import { createFakeClock } from './testing/fake-clock.js';
import { ask, type FakeRequest } from './testing/fake-request.js';
import { TraceStore } from './trace.js';

const description: PlaneDescription = {
  environment: 'dev',
  endpoints: {},
  alb: { http: '', https: '', internalHttps: '', internalHttp: '' },
  appRunner: {},
  buckets: {},
  postgres: null,
  redis: null,
  aws: { endpoint: '', credentialsFile: '' },
  caCertificate: '',
  trace: '',
};

/** A control handler of a plane that does what it is told to do here, and what it was asked. */
function control(given: Partial<ControlOptions['plane']> = {}) {
  const calls: string[] = [];
  const traces = new TraceStore({ clock: createFakeClock() });
  const note = (call: string) => {
    calls.push(call);
    return Promise.resolve();
  };
  const handler = controlHandler({
    plane: {
      deploy: (request) => note(`deploy ${JSON.stringify(request)}`).then(() => description),
      stop: () => note('stop'),
      destroy: () => note('destroy'),
      services: () => [],
      alarms: () => [],
      cloudClock: createCloudClock(createFakeClock()),
      describe: () => description,
      portBase: 4400,
      taskStartSeconds: 0,
      traces,
      ...given,
    },
    token: 'secret',
    version: '1.2.3',
    onDown: () => void calls.push('down'),
  });
  const get = (target: string, request: FakeRequest = {}) =>
    ask(handler, { host: '127.0.0.1:4411', target, ...request });
  const order = (name: string, body: unknown = {}, request: FakeRequest = {}) =>
    get(`/control/${name}`, {
      method: 'POST',
      headers: [['Authorization', 'Bearer secret']],
      body: Readable.from([Buffer.from(JSON.stringify(body))]),
      ...request,
    });
  return { calls, traces, get, order };
}

const linesOf = ({ body }: { readonly body: string }): unknown[] =>
  body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('who may ask', () => {
  test.each(['api.shop.localhost', 'evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:4411', ''])(
    'nobody under the name %j: a browser that was led here gets 403',
    async (host) => {
      const { order, get, calls } = control();
      expect((await get('/traces', { host })).status).toBe(403);
      expect((await order('destroy', {}, { host })).status).toBe(403);
      expect(calls).toEqual([]);
    },
  );

  test.each(['127.0.0.1', 'localhost:4411', '[::1]:4411'])('anyone on this machine for traces, as %s', async (host) => {
    expect((await control().get('/traces', { host })).status).toBe(200);
  });

  test.each<[string, FakeRequest['headers'] & object]>([
    ['no token', []],
    ['another token', [['Authorization', 'Bearer secrex']]],
    ['a part of the token', [['Authorization', 'Bearer secre']]],
    ['the token alone', [['Authorization', 'secret']]],
  ])('gives no order with %s', async (_name, headers) => {
    const { order, calls } = control();
    for (const name of ['deploy', 'stop', 'destroy', 'status', 'describe']) {
      expect((await order(name, {}, { headers })).status).toBe(401);
    }
    expect(calls).toEqual([]);
  });

  test('gives no order by GET, and none that does not exist', async () => {
    const { get, order, calls } = control();
    const headers = [['Authorization', 'Bearer secret']] as const;
    expect((await get('/control/stop', { headers })).status).toBe(404);
    expect((await order('restart')).status).toBe(404);
    expect(calls).toEqual([]);
  });
});

describe('traces', () => {
  test('are listed and shown by id; an unknown id is 404', async () => {
    const { traces, get } = control();
    const trace = traces.begin({ method: 'GET', host: 'api.shop.localhost', path: '/offers' });
    trace.finish(200);
    expect(JSON.parse((await get('/traces')).body)).toHaveLength(1);
    expect(JSON.parse((await get(`/traces/${trace.id}?x=1`)).body)).toMatchObject({ id: trace.id });
    expect((await get('/traces/unknown')).status).toBe(404);
    expect((await get('/traces/../control')).status).toBe(404);
  });
});

describe('orders', () => {
  test('stream what happens, a line each, and end with the result', async () => {
    const { order } = control({
      deploy: (_request, emit) => {
        emit({ type: 'step', id: 'a', label: 'a', status: 'done' });
        return Promise.resolve(description);
      },
    });
    const answer = await order('deploy', { variables: {}, sites: {} });
    expect([answer.status, answer.header('content-type')]).toEqual([200, 'application/x-ndjson']);
    expect(linesOf(answer)).toEqual([
      { type: 'step', id: 'a', label: 'a', status: 'done' },
      { type: 'end', result: description },
    ]);
  });

  test('hand on their body', async () => {
    const { order, calls } = control();
    await order('deploy', { variables: { image: '1' }, sites: {} });
    expect(calls).toEqual(['deploy {"variables":{"image":"1"},"sites":{}}']);
  });

  test('end with every problem when they fail', async () => {
    const problems = [
      { code: 'A', message: 'a', fix: 'x', path: 'p' },
      { code: 'B', message: 'b', fix: 'y', path: 'q' },
    ] as const;
    const { order } = control({ deploy: () => Promise.reject(new LandfallErrors(problems)) });
    expect(linesOf(await order('deploy'))).toEqual([{ type: 'failed', problems }]);
    const strange = control({ deploy: () => Promise.reject(new Error('odd')) });
    expect(linesOf(await strange.order('deploy'))).toMatchObject([
      { type: 'failed', problems: [{ code: 'PLANE_FAILED', message: 'odd' }] },
    ]);
  });

  test('are refused while another is at work; status and describe are not', async () => {
    const { opened, open } = gate<PlaneDescription>();
    const { order } = control({ deploy: () => opened });
    const first = order('deploy');
    await setImmediate();
    for (const name of ['deploy', 'stop', 'destroy']) {
      expect(linesOf(await order(name))).toMatchObject([{ type: 'failed', problems: [{ code: 'DEPLOY_RUNNING' }] }]);
    }
    expect(linesOf(await order('status'))).toEqual([
      {
        type: 'end',
        result: {
          pid: process.pid,
          version: '1.2.3',
          portBase: 4400,
          taskStartSeconds: 0,
          services: [],
          alarms: [],
          speed: 1,
        },
      },
    ]);
    expect(linesOf(await order('describe'))).toEqual([{ type: 'end', result: description }]);
    open(description);
    expect(linesOf(await first)).toEqual([{ type: 'end', result: description }]);
  });

  test('are taken again after one that failed', async () => {
    let attempts = 0;
    const { order } = control({
      deploy: () => ((attempts += 1) === 1 ? Promise.reject(new Error('odd')) : Promise.resolve(description)),
    });
    await order('deploy');
    expect(linesOf(await order('deploy'))).toMatchObject([{ type: 'end' }]);
  });

  test('that are cut off by their client abort the work', async () => {
    const gone = new AbortController();
    let aborted = false;
    const { order } = control({
      deploy: (_request, _emit, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve(description);
          });
        }),
    });
    const answer = order('deploy', {}, { signal: gone.signal });
    await setImmediate();
    gone.abort();
    await answer;
    expect(aborted).toBe(true);
  });
});

describe('time', () => {
  test('is moved on and made faster by an order, beside others', async () => {
    const { order } = control();
    expect(linesOf(await order('time', { advanceSeconds: 90 }))).toEqual([
      { type: 'end', result: { now: '2026-01-01T00:01:30.000Z', speed: 1 } },
    ]);
    expect(linesOf(await order('time', { speed: 60 }))).toMatchObject([{ result: { speed: 60 } }]);
    expect(linesOf(await order('status'))).toMatchObject([{ result: { speed: 60, alarms: [] } }]);
    expect(linesOf(await order('time', { speed: 0 }))).toMatchObject([{ type: 'failed' }]);
  });
});

describe('going down', () => {
  test('comes after the answer to stop and to destroy', async () => {
    for (const name of ['stop', 'destroy']) {
      const { order, calls } = control();
      expect(linesOf(await order(name))).toEqual([{ type: 'end', result: null }]);
      await setImmediate();
      expect(calls).toEqual([name, 'down']);
    }
  });

  test('comes after a stop that failed too, and not after a destroy that failed: that can be tried again', async () => {
    const fail = () => Promise.reject(new Error('stuck'));
    const { order, calls } = control({ stop: fail, destroy: fail });
    expect(linesOf(await order('destroy'))).toMatchObject([{ type: 'failed' }]);
    await setImmediate();
    expect(calls).toEqual([]);
    expect(linesOf(await order('stop'))).toMatchObject([{ type: 'failed', problems: [{ message: 'stuck' }] }]);
    await setImmediate();
    expect(calls).toEqual(['down']);
  });
});

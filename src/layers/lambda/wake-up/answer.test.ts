import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { answerer, type HttpAnswer } from './answer.js';
import { logLine } from '../shared/log.js';
import { AwsError, startAws, type FakeAws, type Operations } from '../shared/testing/aws.js';
import { ecsOperations, type FakeService } from './testing/fleet.js';

const token = 'the-token-that-must-not-show';
let aws: FakeAws;

afterEach(async () => {
  await aws.stop();
  vi.restoreAllMocks();
});

/** The function before a fake AWS, and what it prints. */
async function place(
  services: Readonly<Record<string, FakeService>>,
  more: Operations = {},
  onPause: (count: number) => void = () => undefined,
) {
  const state = { secret: token, now: 0, pauses: 0 };
  aws = await startAws({
    ...ecsOperations(services),
    PutMetricData: () => ({}),
    GetSecretValue: () => ({ SecretString: state.secret }),
    ...more,
  });
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const answer = answerer({
    ecs: new ECSClient(aws.client),
    cloudwatch: new CloudWatchClient(aws.client),
    secretsManager: new SecretsManagerClient(aws.client),
    cluster: 'shop-dev',
    stack: 'shop-dev',
    tokenSecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/dev/kong/WAKE_TOKEN-abcdef',
    now: () => state.now,
    pause: (ms) => {
      state.now += ms;
      state.pauses += 1;
      onPause(state.pauses);
      return Promise.resolve();
    },
    log: logLine,
  });
  const ask = async (headers: Readonly<Record<string, string>>, more: object = {}) => {
    const { statusCode, statusDescription, body } = (await answer({
      requestContext: { elb: { targetGroupArn: 'arn' } },
      httpMethod: 'POST',
      path: '/',
      queryStringParameters: {},
      headers: { host: 'wake.internal', 'user-agent': 'kong', ...headers },
      body: '',
      isBase64Encoded: false,
      ...more,
    })) as HttpAnswer;
    return { statusCode, statusDescription, body: JSON.parse(body) as Record<string, unknown> };
  };
  return {
    state,
    answer,
    ask,
    services,
    lines: () => printed.mock.calls.map(([line]) => String(line)),
  };
}

const count = (operation: string) => aws.calls.filter((call) => call.operation === operation).length;
const counts = (services: Readonly<Record<string, FakeService>>) =>
  Object.fromEntries(Object.entries(services).map(([name, { desiredCount }]) => [name, desiredCount]));
const metricsSent = () => aws.calls.filter(({ operation }) => operation === 'PutMetricData').map(({ input }) => input);
const throttled = () => new AwsError('ThrottlingException', 'Rate exceeded');
const denied = () => new AwsError('AccessDeniedException', 'not authorized to perform: ecs:UpdateService');

describe('a wake-up', () => {
  test('raises all of 25 services that stand at 0, ten a description', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `s${String(index)}`);
    const { ask, services } = await place(Object.fromEntries(names.map((name) => [name, { desiredCount: 0 }])));
    const { statusCode, statusDescription, body } = await ask({ 'x-wake-token': token });
    expect([statusCode, statusDescription]).toEqual([200, '200 OK']);
    expect(body).toEqual({ woken: names, awake: 0, failed: [] });
    expect(new Set(Object.values(counts(services)))).toEqual(new Set([1]));
    expect([count('ListServices'), count('DescribeServices'), count('UpdateService')]).toEqual([3, 3, 25]);
  });

  test('raises each to its own wake count, and lowers none', async () => {
    const { answer, services } = await place({
      three: { desiredCount: 0, tags: { 'landfall:wake-count': '3' } },
      untagged: { desiredCount: 0 },
      zero: { desiredCount: 0, tags: { 'landfall:wake-count': '0' } },
      word: { desiredCount: 0, tags: { 'landfall:wake-count': 'many' } },
      busy: { desiredCount: 7, tags: { 'landfall:wake-count': '2' } },
      leaving: { desiredCount: 0, status: 'DRAINING' },
    });
    expect(await answer({ action: 'wake' })).toEqual({
      woken: ['three', 'untagged', 'zero', 'word'],
      awake: 1,
      failed: [],
    });
    expect(counts(services)).toEqual({ three: 3, untagged: 1, zero: 1, word: 1, busy: 7, leaving: 0 });
  });

  test('emits WakeUps before the first update, and nothing when all are awake', async () => {
    const { answer } = await place({ a: { desiredCount: 0 }, b: { desiredCount: 0 } });
    await answer({ action: 'wake' });
    expect(aws.calls.map(({ operation }) => operation)).toEqual([
      'ListServices',
      'DescribeServices',
      'PutMetricData',
      'UpdateService',
      'UpdateService',
    ]);
    expect(metricsSent()).toEqual([
      {
        Namespace: 'Landfall',
        MetricData: [
          { MetricName: 'WakeUps', Dimensions: [{ Name: 'Stack', Value: 'shop-dev' }], Unit: 'Count', Value: 1 },
        ],
      },
    ]);
    expect(await answer({ action: 'wake' })).toEqual({ woken: [], awake: 2, failed: [] });
    expect([count('PutMetricData'), count('UpdateService')]).toEqual([1, 2]);
  });

  test('happens although CloudWatch refuses its metric', async () => {
    const { answer, lines } = await place(
      { a: { desiredCount: 0 } },
      {
        PutMetricData: () => {
          throw denied();
        },
      },
    );
    expect(await answer({ action: 'wake' })).toMatchObject({ woken: ['a'], failed: [] });
    expect(lines()[0]).toContain('"event":"metric lost","metric":"WakeUps"');
  });

  test('tries again when it is throttled', async () => {
    const { answer, services } = await place({ a: { desiredCount: 0, refusals: [throttled(), throttled()] } });
    expect(await answer({ action: 'wake' })).toEqual({ woken: ['a'], awake: 0, failed: [] });
    expect(counts(services)).toEqual({ a: 1 });
    expect(count('UpdateService')).toBe(3);
  });

  test('goes on when one service fails, answers 500 and counts the failure', async () => {
    const { ask, services } = await place({
      a: { desiredCount: 0 },
      b: { desiredCount: 0, refusals: [denied()] },
      c: { desiredCount: 0 },
    });
    const { statusCode, body } = await ask({ 'x-wake-token': token });
    expect(statusCode).toBe(500);
    expect(body).toEqual({
      woken: ['a', 'c'],
      awake: 0,
      failed: [{ service: 'b', reason: 'AccessDeniedException: not authorized to perform: ecs:UpdateService' }],
    });
    expect(counts(services)).toEqual({ a: 1, b: 0, c: 1 });
    expect(metricsSent().at(-1)).toMatchObject({ MetricData: [{ MetricName: 'WakeUpFailures', Value: 1 }] });
  });

  test('by schedule throws when a service failed, so that Lambda tries again', async () => {
    const { answer } = await place({ a: { desiredCount: 0, refusals: [denied()] }, b: { desiredCount: 0 } });
    await expect(answer({ action: 'wake' })).rejects.toThrow(
      'The action wake failed for a (AccessDeniedException: not authorized to perform: ecs:UpdateService); it is done for all others.',
    );
    expect(await answer({ action: 'wake' })).toEqual({ woken: ['a'], awake: 1, failed: [] });
  });

  test('says so when the services cannot be listed', async () => {
    const { ask } = await place(
      {},
      {
        ListServices: () => {
          throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
        },
      },
    );
    const { statusCode, body } = await ask({ 'x-wake-token': token });
    expect(statusCode).toBe(500);
    expect(body['failed']).toEqual([{ service: '*', reason: 'ClusterNotFoundException: Cluster not found.' }]);
  });

  test('of some services leaves the others, and names those that are not there', async () => {
    const { ask, services } = await place({ a: { desiredCount: 0 }, b: { desiredCount: 0 } });
    const query = { queryStringParameters: { services: 'a,gone' } };
    const { statusCode, body } = await ask({ 'x-wake-token': token }, query);
    expect(statusCode).toBe(500);
    expect(body).toEqual({ woken: ['a'], awake: 0, failed: [{ service: 'gone', reason: 'MISSING' }] });
    expect(counts(services)).toEqual({ a: 1, b: 0 });
    expect(count('ListServices')).toBe(0);
  });

  test('is done once by many calls at the same time', async () => {
    const { answer, services } = await place({ a: { desiredCount: 0, tags: { 'landfall:wake-count': '2' } } });
    await Promise.all(Array.from({ length: 40 }, () => answer({ action: 'wake' })));
    expect(counts(services)).toEqual({ a: 2 });
    expect(
      aws.calls.filter(({ operation }) => operation === 'UpdateService').map(({ input }) => input['desiredCount']),
    ).toSatisfy((all: readonly unknown[]) => all.every((each) => each === 2));
  });
});

describe('the order of a wake-up', () => {
  const calls = (...names: readonly string[]) => ({ 'landfall:calls': names.join(' ') });
  const updates = () =>
    aws.calls
      .filter(({ operation }) => operation === 'UpdateService')
      .map(({ input }) => String(input['service']).replace(/^.*\//, ''));

  test('puts those that others call before them, and waits until they run', async () => {
    const fleet: Record<string, FakeService> = {
      web: { desiredCount: 0, tags: calls('offers', 'auth') },
      offers: { desiredCount: 0, tags: calls('auth') },
      auth: { desiredCount: 0, runningCount: 0 },
      alone: { desiredCount: 0 },
    };
    const { answer, state } = await place(fleet, {}, (count) => {
      if (count === 3) (fleet['auth'] as FakeService).runningCount = 1;
      if (count === 3) expect(updates()).toEqual(['auth', 'alone']);
    });
    const report = await answer({ action: 'wake' });
    expect(report).toEqual({ woken: ['auth', 'alone', 'offers', 'web'], awake: 0, failed: [] });
    expect([updates(), state.now]).toEqual([['auth', 'alone', 'offers', 'web'], 3000]);
  });

  test('waits ten seconds for one, and forty for all', async () => {
    const chain = Array.from({ length: 7 }, (_, index) => [
      `s${String(index)}`,
      { desiredCount: 0, runningCount: 0, ...(index > 0 && { tags: calls(`s${String(index - 1)}`) }) },
    ]) as [string, FakeService][];
    const raised: number[] = [];
    const { answer } = await place(Object.fromEntries(chain), {}, (count) => (raised[count] = updates().length));
    const report = await answer({ action: 'wake' });
    expect(report).toMatchObject({ woken: ['s0', 's1', 's2', 's3', 's4', 's5', 's6'], failed: [] });
    expect([raised[10], raised[11], raised[21], raised[31], raised.length]).toEqual([1, 2, 3, 4, 41]);
  });

  test('starts those together that call each other in a circle, and those that call themselves', async () => {
    const { answer, state } = await place({
      a: { desiredCount: 0, tags: calls('b') },
      b: { desiredCount: 0, tags: calls('c') },
      c: { desiredCount: 0, tags: calls('a') },
      self: { desiredCount: 0, tags: calls('self') },
    });
    expect(await answer({ action: 'wake' })).toMatchObject({ woken: ['self', 'a', 'b', 'c'], failed: [] });
    expect(state.now).toBe(0);
  });

  test('does not wait for services that run, are gone or are leaving', async () => {
    const { answer, state } = await place({
      web: { desiredCount: 0, tags: calls('runs', 'gone', 'leaving') },
      runs: { desiredCount: 2 },
      leaving: { desiredCount: 0, status: 'DRAINING' },
    });
    expect(await answer({ action: 'wake' })).toEqual({ woken: ['web'], awake: 1, failed: [] });
    expect(state.now).toBe(0);
  });

  test('does not lower one that something else raised meanwhile', async () => {
    const fleet: Record<string, FakeService> = {
      web: { desiredCount: 0, tags: calls('auth') },
      auth: { desiredCount: 0, runningCount: 0 },
    };
    const { answer } = await place(fleet, {}, () => ((fleet['web'] as FakeService).desiredCount = 5));
    expect(await answer({ action: 'wake' })).toEqual({ woken: ['auth'], awake: 1, failed: [] });
    expect(counts(fleet)).toEqual({ web: 5, auth: 1 });
  });

  test('reads calls from several tags', async () => {
    const { answer } = await place({
      web: { desiredCount: 0, tags: { 'landfall:calls': 'a', 'landfall:calls-2': 'b c', 'landfall:callsign': 'x' } },
      a: { desiredCount: 0 },
      b: { desiredCount: 0 },
      c: { desiredCount: 0 },
    });
    expect(await answer({ action: 'wake' })).toMatchObject({ woken: ['a', 'b', 'c', 'web'] });
  });

  test('of one service takes along what it calls, directly or through others, and no more', async () => {
    const { ask, services } = await place({
      web: { desiredCount: 0, tags: calls('offers', 'gone') },
      offers: { desiredCount: 0, tags: calls('auth') },
      auth: { desiredCount: 0 },
      reports: { desiredCount: 0, tags: calls('web') },
    });
    const { statusCode, body } = await ask({ 'x-wake-token': token }, { body: '{"services":["web"]}' });
    expect([statusCode, body]).toEqual([200, { woken: ['auth', 'offers', 'web'], awake: 0, failed: [] }]);
    expect(counts(services)).toEqual({ web: 1, offers: 1, auth: 1, reports: 0 });
    expect(count('ListServices')).toBe(0);
  });
});

describe('a request through the load balancer', () => {
  test('is refused with 403 without a token, even a health check, and reads no secret', async () => {
    const { ask } = await place({ a: { desiredCount: 0 } });
    for (const headers of [{}, { 'x-wake-token': '' }, { 'user-agent': 'ELB-HealthChecker/2.0' }]) {
      expect((await ask(headers)).statusCode).toBe(403);
    }
    expect(aws.calls).toEqual([]);
  });

  test('is refused with 403 with a wrong token, or with the action of a schedule', async () => {
    const { ask } = await place({ a: { desiredCount: 0 } });
    expect(await ask({ 'x-wake-token': `${token}x` })).toEqual({
      statusCode: 403,
      statusDescription: '403 Forbidden',
      body: { error: 'The token is wrong.' },
    });
    expect((await ask({}, { action: 'wake' })).statusCode).toBe(403);
    expect(count('UpdateService')).toBe(0);
  });

  test('is let in with a token that was rotated since', async () => {
    const { ask, state } = await place({ a: { desiredCount: 1 } });
    expect((await ask({ 'x-wake-token': token })).statusCode).toBe(200);
    state.secret = 'rotated-token-that-must-not-show';
    state.now = 31_000;
    expect((await ask({ 'x-wake-token': state.secret })).statusCode).toBe(200);
    expect((await ask({ 'x-wake-token': token })).statusCode).toBe(403);
    expect(count('GetSecretValue')).toBe(2);
  });

  test('is answered with 400 when its services are not names', async () => {
    const { ask } = await place({});
    expect(await ask({ 'x-wake-token': token }, { body: '{"services":[1]}' })).toMatchObject({
      statusCode: 400,
      body: { error: '"services" is not a list of names of ECS services.' },
    });
  });

  test('is answered with 500 when the secret cannot be read', async () => {
    const { ask } = await place(
      {},
      {
        GetSecretValue: () => {
          throw denied();
        },
      },
    );
    expect((await ask({ 'x-wake-token': token })).statusCode).toBe(500);
    expect(metricsSent()).toMatchObject([{ MetricData: [{ MetricName: 'WakeUpFailures' }] }]);
  });

  test('leaves one line of JSON each, without token, headers or event', async () => {
    const { ask, state, lines } = await place({ a: { desiredCount: 0, refusals: [denied()] }, b: { desiredCount: 0 } });
    await ask({ 'x-wake-token': token, cookie: 'session=must-not-show' });
    await ask({ 'x-wake-token': 'wrong-must-not-show' });
    state.secret = '';
    state.now = 600_000;
    await ask({ 'x-wake-token': token });
    expect(lines().map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        event: 'wake',
        woken: ['b'],
        awake: 0,
        failed: [{ service: 'a', reason: expect.any(String) as string }],
      },
      { event: 'refused', reason: 'The token is wrong.' },
      { event: 'failed', reason: 'The secret of the wake-up token is empty.' },
    ]);
    expect(lines().join()).not.toMatch(/must-not-show|kong|wake\.internal/);
  });
});

describe('putting to sleep', () => {
  test('takes the tasks of those alone whose tag says that they sleep', async () => {
    const { answer, services } = await place({
      sleeps: { desiredCount: 3, tags: { 'landfall:sleeps': 'true', 'landfall:wake-count': '1' } },
      asleep: { desiredCount: 0, tags: { 'landfall:sleeps': 'true' } },
      always: { desiredCount: 2, tags: { 'landfall:sleeps': 'false' } },
      gateway: { desiredCount: 1 },
    });
    expect(await answer({ action: 'sleep' })).toEqual({ slept: ['sleeps'], failed: [] });
    expect(counts(services)).toEqual({ sleeps: 0, asleep: 0, always: 2, gateway: 1 });
    expect([count('UpdateService'), count('PutMetricData')]).toEqual([1, 0]);
  });

  test('cannot be asked for through the load balancer', async () => {
    const { ask, services } = await place({ a: { desiredCount: 1, tags: { 'landfall:sleeps': 'true' } } });
    await ask({ 'x-wake-token': token }, { action: 'sleep', body: '{"action":"sleep"}' });
    expect(counts(services)).toEqual({ a: 1 });
  });
});

test('an event of neither is refused, and logged nowhere', async () => {
  const { answer, lines } = await place({ a: { desiredCount: 0 } });
  await expect(answer({ Records: [{ body: token }] })).rejects.toThrow('neither a load balancer’s request');
  expect(lines()).toEqual([]);
  expect(aws.calls).toEqual([]);
});

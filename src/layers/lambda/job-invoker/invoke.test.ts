import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { invoke } from './invoke.js';
import { logLine } from '../shared/log.js';
import { AwsError, startAws, type FakeAws, type Operations } from '../shared/testing/aws.js';
import { fakeClock } from './testing/clock.js';
import { startTarget, type Target } from './testing/target.js';

const secrets: Readonly<Record<string, string>> = { token: 'job-token-must-not-show', origin: 'origin-must-not-show' };
let aws: FakeAws;
let target: Target;

afterEach(async () => {
  await Promise.all([aws.stop(), target.stop()]);
  vi.restoreAllMocks();
});

type Answer = Parameters<typeof startTarget>[0];
const ok: Answer = (_request, response) => response.end('{"cleaned":3}');

interface Options {
  readonly service?: { desiredCount: number; readonly status?: string; readonly wakeCount?: string };
  readonly operations?: Operations;
  readonly remainingMs?: number;
}

/** The function before a fake AWS and a target that answers so. */
async function place(answer: Answer, { service, operations, remainingMs = 900_000 }: Options = {}) {
  aws = await startAws({
    GetSecretValue: ({ SecretId }) => ({ SecretString: secrets[String(SecretId)] }),
    PutMetricData: () => ({}),
    DescribeServices: () => ({
      services: service && [
        {
          status: 'ACTIVE',
          ...service,
          ...(service.wakeCount && { tags: [{ key: 'landfall:wake-count', value: service.wakeCount }] }),
        },
      ],
    }),
    UpdateService: ({ desiredCount }) => {
      if (service) service.desiredCount = Number(desiredCount);
      return { service: {} };
    },
    ...operations,
  });
  target = await startTarget(answer);
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const clock = fakeClock();
  const run = (event: object = {}) =>
    invoke(
      { job: 'shop/cleanup', url: `${target.origin}/cleanup?all=1`, method: 'POST', ...event },
      { awsRequestId: 'request-1', getRemainingTimeInMillis: () => remainingMs },
      {
        ecs: new ECSClient(aws.client),
        cloudwatch: new CloudWatchClient(aws.client),
        secretsManager: new SecretsManagerClient(aws.client),
        cluster: 'shop-dev',
        stack: 'shop-dev',
        tokenSecretArn: 'token',
        originVerifySecretArn: 'origin',
        clock,
        log: logLine,
      },
    );
  return { run, clock, lines: () => printed.mock.calls.map(([line]) => String(line)) };
}

const inputsOf = (operation: string) =>
  aws.calls.filter((call) => call.operation === operation).map(({ input }) => input);

describe('the call', () => {
  test('says which job it is and proves it, with a key that stays when Lambda tries again', async () => {
    const { run } = await place(ok);
    expect(await run()).toEqual({ job: 'shop/cleanup', status: 200 });
    expect(target.received).toMatchObject([
      {
        method: 'POST',
        path: '/cleanup?all=1',
        headers: {
          authorization: `Bearer ${String(secrets['token'])}`,
          'x-landfall-job': 'shop/cleanup',
          'idempotency-key': 'request-1',
          'content-type': 'application/json',
          'content-length': '2',
        },
        body: '{}',
      },
    ]);
    expect(target.received[0]?.headers).not.toHaveProperty('x-origin-verify');
    expect(inputsOf('DescribeServices')).toEqual([]);
  });

  test('has no body for GET, and CloudFront’s header when the event wants it', async () => {
    const { run } = await place(ok);
    await run({ method: 'GET', originVerify: true, healthUrl: `${target.origin}/health` });
    expect(target.received.map(({ path }) => path)).toEqual(['/health', '/cleanup?all=1']);
    for (const { headers } of target.received) expect(headers['x-origin-verify']).toBe(secrets['origin']);
    expect(target.received[0]?.headers).not.toHaveProperty('authorization');
    expect(target.received[1]).toMatchObject({ method: 'GET', body: '' });
    expect(target.received[1]?.headers).not.toHaveProperty('content-type');
  });

  test('waits for a slow answer, and emits RunningJobs at once and each minute', async () => {
    const { run, clock } = await place((_request, response) => {
      response.writeHead(202);
      response.write('.');
      for (let minute = 0; minute < 10; minute += 1) clock.advance(60_000);
      setTimeout(() => response.end('done'), 50);
    });
    expect(await run()).toEqual({ job: 'shop/cleanup', status: 202 });
    await vi.waitFor(() => expect(inputsOf('PutMetricData')).toHaveLength(11));
    expect(inputsOf('PutMetricData')[0]).toEqual({
      Namespace: 'Landfall',
      MetricData: [
        { MetricName: 'RunningJobs', Dimensions: [{ Name: 'Stack', Value: 'shop-dev' }], Unit: 'Count', Value: 1 },
      ],
    });
    expect(clock.running).toBe(0);
  });

  test('happens although CloudWatch refuses the metric', async () => {
    const { run, lines } = await place(ok, {
      operations: {
        PutMetricData: () => {
          throw new AwsError('AccessDeniedException', 'no');
        },
      },
    });
    expect(await run()).toMatchObject({ status: 200 });
    expect(lines().join('\n')).toContain('"event":"metric lost","metric":"RunningJobs"');
  });
});

describe('a failed call throws', () => {
  test('with job, status and the first 200 characters, but no secret', async () => {
    const { run, clock, lines } = await place((request, response) => {
      response.writeHead(500);
      response.end(`You sent ${String(request.headers.authorization)}. ${'x'.repeat(5000)}`);
    });
    const error = (await run().catch((caught: unknown) => caught)) as Error;
    const start = `The job shop/cleanup failed. The answer was 500: You sent Bearer [secret]. `;
    expect(error.message.startsWith(start)).toBe(true);
    expect(error.message).toHaveLength('The job shop/cleanup failed. The answer was 500: '.length + 200);
    expect(error.cause).toBeUndefined();
    expect(lines().join()).not.toContain('must-not-show');
    expect(clock.running).toBe(0);
  });

  test('on a redirect, which it does not follow', async () => {
    const { run } = await place((_request, response) => {
      response.writeHead(307, { location: `${target.origin}/elsewhere` }).end('moved');
    });
    await expect(run()).rejects.toThrow('The job shop/cleanup failed. The answer was 307: moved');
    expect(target.received).toHaveLength(1);
  });

  test('when the connection breaks', async () => {
    const { run } = await place((_request, response) => response.destroy());
    await expect(run()).rejects.toThrow('The job shop/cleanup failed. socket hang up');
  });

  test('when the answer breaks off', async () => {
    const { run } = await place((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    await expect(run()).rejects.toThrow('The job shop/cleanup failed. aborted');
  });

  test('just before the function’s own time is over', async () => {
    const { run, lines } = await place(() => undefined, { remainingMs: 3500 });
    const started = performance.now();
    await expect(run()).rejects.toThrow('The job shop/cleanup failed. No answer within 1 seconds.');
    expect(performance.now() - started).toBeLessThan(3000);
    expect(lines().at(-1)).toContain('"event":"failed"');
  });
});

describe('a service that sleeps', () => {
  const sleeping = { service: 'shop-dev-shop' };

  test('is raised to its wake count, and called when it is healthy', async () => {
    let probes = 0;
    const { run, clock, lines } = await place(
      ({ path }, response) => {
        if (path !== '/health') return response.end();
        probes += 1;
        return response.writeHead(probes < 4 ? 503 : 200).end();
      },
      { service: { desiredCount: 0, wakeCount: '2' } },
    );
    const event = { ...sleeping, healthUrl: `${target.origin}/health` };
    expect(await run(event)).toEqual({ job: 'shop/cleanup', status: 200 });
    expect(inputsOf('UpdateService')).toEqual([{ cluster: 'shop-dev', service: 'shop-dev-shop', desiredCount: 2 }]);
    expect(target.received.map(({ path }) => path)).toEqual([...Array<string>(4).fill('/health'), '/cleanup?all=1']);
    expect(clock.now()).toBe(6000);
    expect(lines()[0]).toBe('{"event":"woken","job":"shop/cleanup","service":"shop-dev-shop"}');
  });

  test('fails the job when it is not healthy in five minutes, and is not called', async () => {
    const { run, clock } = await place((_request, response) => response.writeHead(503).end(), {
      service: { desiredCount: 0 },
    });
    await expect(run({ ...sleeping, healthUrl: `${target.origin}/health` })).rejects.toThrow(
      'The job shop/cleanup failed. The service was not healthy within 300 seconds; its last answer: 503.',
    );
    expect(clock.now()).toBe(300_000);
    expect(target.received.every(({ path }) => path === '/health')).toBe(true);
    expect(inputsOf('UpdateService')).toMatchObject([{ desiredCount: 1 }]);
  });

  test('is left alone when it is awake', async () => {
    const { run } = await place(ok, { service: { desiredCount: 5, wakeCount: '2' } });
    expect(await run({ ...sleeping, healthUrl: `${target.origin}/health` })).toMatchObject({ status: 200 });
    expect(inputsOf('UpdateService')).toEqual([]);
  });

  test('fails the job when the cluster has none of that name', async () => {
    const { run } = await place(ok);
    await expect(run(sleeping)).rejects.toThrow(
      'The job shop/cleanup failed. The cluster shop-dev has no active service shop-dev-shop (missing).',
    );
    expect(target.received).toEqual([]);
  });
});

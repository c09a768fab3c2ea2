import { afterEach, expect, test } from 'vitest';
import type { LandfallEvent } from '../../base/events.js';
import { viewOf } from '../../stack/view.js';
import type { Manifest } from '../../stack/manifest.js';
import { fakeAccount, Refusal, type FakeAccount, type Operations } from '../testing/aws.js';
import { shopStack } from '../testing/stack.js';
import { fakeWaiting } from '../testing/waiting.js';
import { migrate } from './migrate.js';

const image = (service: string, command?: string) => ({
  service,
  kind: 'nestjs' as const,
  runtime: 'process' as const,
  repository: '',
  variable: '',
  context: service,
  ...(command !== undefined && { migrate: command }),
});
const manifest: Manifest = {
  version: 1,
  project: 'shop',
  environment: 'dev',
  region: 'eu-central-1',
  domain: 'dev.example.com',
  images: [image('auth-service'), image('offers-service', 'npm run migrate && echo done')],
  sites: [],
  endpoints: [],
};
const arn = 'arn:aws:ecs:eu-central-1:111122223333:task/shop-dev/abc';
const network = { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } };
const log = {
  logDriver: 'awslogs',
  options: { 'awslogs-group': '/ecs/shop-dev-offers-service', 'awslogs-stream-prefix': 'offers-service' },
};

let account: FakeAccount | undefined;

afterEach(async () => {
  await account?.stop();
});

type State = { readonly lastStatus: string; readonly exitCode?: number; readonly stoppedReason?: string };

/** ECS whose task goes through these states, one a look, and writes one line at each. */
function cluster(states: readonly State[], more: Operations = {}): Operations {
  let looks = 0;
  return {
    DescribeServices: ({ services }) => ({
      services: (services as string[]).map((serviceName) => ({
        serviceName,
        status: 'ACTIVE',
        networkConfiguration: network,
      })),
    }),
    DescribeTaskDefinition: ({ taskDefinition }) => ({
      taskDefinition: {
        taskDefinitionArn: `arn:definition/${String(taskDefinition)}:7`,
        containerDefinitions: [{ name: 'offers-service', logConfiguration: log }],
      },
    }),
    ListTasks: () => ({ taskArns: [] }),
    RunTask: () => ({ tasks: [{ taskArn: arn }] }),
    StopTask: () => ({}),
    DescribeTasks: () => {
      const { exitCode, ...state } = states[Math.min(looks, states.length - 1)] ?? { lastStatus: 'PENDING' };
      looks += 1;
      return { tasks: [{ taskArn: arn, ...state, containers: [{ name: 'offers-service', exitCode }] }] };
    },
    GetLogEvents: ({ nextToken }) => {
      if (looks < 2) throw new Refusal('ResourceNotFoundException');
      const token = `f/${String(looks)}`;
      return { events: nextToken === token ? [] : [{ message: `line ${String(looks)}\n` }], nextForwardToken: token };
    },
    ...more,
  };
}

async function run(operations: Operations, more: Partial<Parameters<typeof migrate>[0]> = {}) {
  account = await fakeAccount(operations);
  const events: LandfallEvent[] = [];
  const done = await migrate({
    session: account.session,
    stack: shopStack,
    manifest,
    emit: (event) => events.push(event),
    waiting: fakeWaiting(),
    signal: new AbortController().signal,
    ...more,
  });
  const lines = events.flatMap((event) => (event.type === 'log' ? [`${event.source}: ${event.line}`] : []));
  return { done, lines };
}

const inputOf = (operation: string) => account?.calls.find((call) => call.operation === operation)?.input;

test('runs the command in a task of the newest definition, where the service runs, and passes its lines on', async () => {
  const states = [{ lastStatus: 'PENDING' }, { lastStatus: 'RUNNING' }, { lastStatus: 'STOPPED', exitCode: 0 }];
  const { done, lines } = await run(cluster(states));
  expect(done).toMatchObject([{ service: 'offers-service', taskArn: arn }]);
  expect(lines).toEqual(['offers-service migrate: line 2', 'offers-service migrate: line 3']);
  expect(inputOf('RunTask')).toMatchObject({
    cluster: 'shop-dev',
    taskDefinition: 'arn:definition/shop-dev-offers-service:7',
    launchType: 'FARGATE',
    overrides: {
      containerOverrides: [{ name: 'offers-service', command: ['sh', '-c', 'npm run migrate && echo done'] }],
    },
    networkConfiguration: { awsvpcConfiguration: { ...network.awsvpcConfiguration, assignPublicIp: 'DISABLED' } },
  });
  expect(inputOf('GetLogEvents')).toMatchObject({
    logGroupName: '/ecs/shop-dev-offers-service',
    logStreamName: 'offers-service/offers-service/abc',
  });
});

test('waits for the exit code of a task that has just stopped', async () => {
  const stopped = { lastStatus: 'STOPPED' };
  await expect(run(cluster([stopped, stopped, { ...stopped, exitCode: 0 }]))).resolves.toBeDefined();
});

test('a failing command is a failure with its exit code and its last lines', async () => {
  await expect(run(cluster([{ lastStatus: 'RUNNING' }, { lastStatus: 'STOPPED', exitCode: 3 }]))).rejects.toMatchObject(
    {
      code: 'MIGRATION_FAILED',
      message: 'The migration of offers-service ended with exit code 3.\nline 2',
      path: 'services.offers-service.migrate',
    },
  );
});

test('a container that never ran is told with the reason of ECS', async () => {
  const stoppedReason = 'CannotPullContainerError: not found';
  await expect(run(cluster([{ lastStatus: 'STOPPED', stoppedReason }]))).rejects.toMatchObject({
    code: 'TASK_NOT_STARTED',
    message: expect.stringContaining(stoppedReason) as string,
  });
});

test('no place for the task is told with the reason of ECS', async () => {
  const RunTask = () => ({ tasks: [], failures: [{ reason: 'Capacity is unavailable at this time' }] });
  await expect(run(cluster([], { RunTask }))).rejects.toMatchObject({
    code: 'TASK_NOT_STARTED',
    message: expect.stringContaining('Capacity is unavailable') as string,
  });
});

test('waits for the end of a migration that an interrupted command left, and for none of another service', async () => {
  const left = (service: string) => ({
    lastStatus: 'RUNNING',
    taskDefinitionArn: `arn:aws:ecs:eu-central-1:111122223333:task-definition/shop-dev-${service}:6`,
    overrides: { containerOverrides: [{ command: ['sh', '-c', 'npm run migrate && echo done'] }] },
  });
  let looks = 0;
  const earlier = (tasks: () => readonly object[]): Operations => {
    const { DescribeTasks, ...own } = cluster([{ lastStatus: 'STOPPED', exitCode: 0 }]);
    return {
      ...own,
      DescribeTaskDefinition: () => ({
        taskDefinition: { taskDefinitionArn: left('offers-service').taskDefinitionArn, containerDefinitions: [] },
      }),
      ListTasks: () => ({ taskArns: ['arn:left'] }),
      DescribeTasks: (input) =>
        (input['tasks'] as string[])[0] === 'arn:left' ? { tasks: tasks() } : (DescribeTasks?.(input) ?? {}),
    };
  };
  const waiting = fakeWaiting();
  await run(
    earlier(() => ((looks += 1) < 3 ? [left('offers-service')] : [])),
    { waiting },
  );
  const before = account?.calls.findIndex(({ operation }) => operation === 'RunTask') ?? 0;
  expect(account?.calls.slice(0, before).filter(({ operation }) => operation === 'ListTasks')).toHaveLength(3);
  await account?.stop();
  await run(earlier(() => [left('auth-service')]));
  expect(account?.calls.filter(({ operation }) => operation === 'ListTasks')).toHaveLength(1);
});

test('an interrupt stops the task', async () => {
  const waiting = { now: () => 0, sleep: () => Promise.reject(new Error('interrupted')) };
  await expect(run(cluster([]), { waiting })).rejects.toThrow('interrupted');
  expect(inputOf('StopTask')).toMatchObject({ task: arn });
});

test('a log that cannot be read fails nothing', async () => {
  const GetLogEvents = () => {
    throw new Refusal('AccessDeniedException', 'no logs for you');
  };
  const { lines } = await run(cluster([{ lastStatus: 'STOPPED', exitCode: 0 }], { GetLogEvents }));
  expect(lines).toEqual(['offers-service migrate: (its log cannot be read: no logs for you)']);
});

test('a service without the command is named, with those that have one', async () => {
  await expect(run(cluster([]), { only: ['auth-service'] })).rejects.toMatchObject({
    code: 'MIGRATION_NOT_CONFIGURED',
    fix: 'These have one: offers-service.',
  });
  expect(viewOf(shopStack).all('aws_ecs_task_definition')).toHaveLength(2);
});

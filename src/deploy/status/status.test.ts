import { afterEach, expect, test } from 'vitest';
import { fakeAccount, type FakeAccount } from '../testing/aws.js';
import { shopStack } from '../testing/stack.js';
import { servicesStatus } from './status.js';

let account: FakeAccount | undefined;

afterEach(async () => {
  await account?.stop();
});

const deployment = (rolloutState: string, status = 'PRIMARY') => ({ status, rolloutState, rolloutStateReason: 'why' });
const definition = (name: string) => `arn:aws:ecs:eu-central-1:111122223333:task-definition/${name}:7`;

async function statusOf(services: Readonly<Record<string, object>>) {
  account = await fakeAccount({
    DescribeServices: ({ services: names }) => ({
      services: (names as string[]).flatMap((name) =>
        services[name] === undefined
          ? []
          : [{ serviceName: name, status: 'ACTIVE', taskDefinition: definition(name), ...services[name] }],
      ),
    }),
    DescribeTaskDefinition: ({ taskDefinition }) => ({
      taskDefinition: {
        containerDefinitions: [
          { name: 'offers-service', image: `registry/offers@sha256:abc` },
          { name: 'auth-service' },
        ],
        taskDefinitionArn: taskDefinition,
      },
    }),
  });
  return servicesStatus(account.session, shopStack);
}

test('tells each service’s state, version and image; one that does not exist is missing', async () => {
  const steady = { desiredCount: 2, runningCount: 2, deployments: [deployment('COMPLETED')] };
  expect(await statusOf({ 'shop-dev-offers-service': steady })).toEqual([
    expect.objectContaining({ service: 'auth-service', state: 'missing', desired: null }),
    {
      service: 'offers-service',
      on: 'ecs',
      state: 'steady',
      desired: 2,
      running: 2,
      taskDefinition: 'shop-dev-offers-service:7',
      image: 'sha256:abc',
      reason: null,
    },
  ]);
});

test.each([
  ['asleep', { desiredCount: 0, runningCount: 0, deployments: [deployment('COMPLETED')] }, null],
  ['deploying', { desiredCount: 2, runningCount: 1, deployments: [deployment('IN_PROGRESS')] }, 'why'],
  [
    'failed',
    { desiredCount: 1, runningCount: 1, deployments: [deployment('COMPLETED'), deployment('FAILED', 'ACTIVE')] },
    'why',
  ],
])('a service is %s', async (state, service, reason) => {
  const [, offers] = await statusOf({ 'shop-dev-offers-service': service });
  expect(offers).toMatchObject({ state, reason });
});

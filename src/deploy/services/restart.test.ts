import { afterEach, expect, test } from 'vitest';
import type { LandfallEvent } from '../../base/events.js';
import { fakeAccount, type FakeAccount } from '../testing/aws.js';
import { shopStack } from '../testing/stack.js';
import { fakeWaiting } from '../testing/waiting.js';
import { restartServices } from './restart.js';

let account: FakeAccount | undefined;

afterEach(async () => {
  await account?.stop();
});

/** A cluster in which a forced deployment goes through these rollout states, one a look. */
async function restart(rollout: readonly string[], desiredCount = 2) {
  let looks = 0;
  let forced = false;
  const service = (name: string) => {
    const rolloutState = rollout[Math.min(looks, rollout.length - 1)];
    if (forced) looks += 1;
    const deployment = {
      id: forced ? 'ecs-svc/2' : 'ecs-svc/1',
      status: 'PRIMARY',
      rolloutState,
      rolloutStateReason: 'tasks failed to start',
    };
    return { serviceName: name, status: 'ACTIVE', desiredCount, runningCount: 2, deployments: [deployment] };
  };
  account = await fakeAccount({
    DescribeServices: ({ services }) => ({ services: (services as string[]).map(service) }),
    UpdateService: ({ service: name }) => {
      forced = true;
      return { service: service(String(name)) };
    },
  });
  const events: LandfallEvent[] = [];
  const waiting = fakeWaiting();
  const users = ['aws_ecs_service.offers_service'];
  const emit = (event: LandfallEvent) => events.push(event);
  const restarted = await restartServices({ session: account.session, stack: shopStack, users, emit, waiting });
  return { restarted, events, waiting };
}

test('forces a new deployment of the users alone, and waits until it is complete', async () => {
  const { restarted, events, waiting } = await restart(['IN_PROGRESS', 'IN_PROGRESS', 'COMPLETED']);
  expect(restarted).toEqual(['offers-service']);
  expect(account?.calls.find(({ operation }) => operation === 'UpdateService')?.input).toEqual({
    cluster: 'shop-dev',
    service: 'shop-dev-offers-service',
    forceNewDeployment: true,
  });
  expect(events.at(0)).toMatchObject({ status: 'started', label: 'Restart offers-service' });
  expect(events.at(-1)).toMatchObject({ status: 'done' });
  expect(waiting.slept).toBeGreaterThan(0);
});

test('what sleeps at 0 is left: it reads its secrets when it wakes', async () => {
  expect((await restart(['COMPLETED'], 0)).restarted).toEqual([]);
  expect(account?.calls.some(({ operation }) => operation === 'UpdateService')).toBe(false);
});

test('a deployment that the circuit breaker gives up is a failure that names its reason', async () => {
  await expect(restart(['IN_PROGRESS', 'FAILED'])).rejects.toMatchObject({
    code: 'RESTART_FAILED',
    message: expect.stringContaining('tasks failed to start') as string,
  });
});

test('one that never ends is told as slow, not waited for for ever', async () => {
  await expect(restart(['IN_PROGRESS'])).rejects.toMatchObject({ code: 'RESTART_SLOW' });
});

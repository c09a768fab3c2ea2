import { expect, it, onTestFinished } from 'vitest';
import { resource } from '../../stack/stack.js';
import { fakeAccount, Refusal, type Operations } from '../testing/aws.js';
import { shopStack } from '../testing/stack.js';
import { fakeWaiting } from '../testing/waiting.js';
import { sleepOrWake } from './change.js';

const stack = {
  ...shopStack,
  resources: [
    ...shopStack.resources,
    resource('aws_lambda_function.wake_up', { function_name: 'shop-dev-wake-up', role: 'arn:role' }),
    resource('aws_cloudwatch_metric_alarm.offers_service_idle', {
      alarm_name: 'shop-dev-offers-service-idle',
      comparison_operator: 'LessThanThreshold',
      evaluation_periods: 15,
    }),
  ],
};

/** One service that gets a running task at the second look. */
async function account(more: Operations = {}) {
  let looks = 0;
  const fake = await fakeAccount({
    // Lambda's API names its operation in the path.
    '': () => ({ woken: ['shop-dev-offers-service'], awake: 0, failed: [] }),
    DescribeServices: () => {
      looks += 1;
      return {
        services: [{ serviceName: 'shop-dev-offers-service', desiredCount: 1, runningCount: looks > 1 ? 1 : 0 }],
      };
    },
    ...more,
  });
  onTestFinished(() => fake.stop());
  return fake;
}

const order = (session: Awaited<ReturnType<typeof account>>['session'], more: object = {}) => ({
  session,
  stack,
  action: 'wake' as const,
  services: [],
  wait: true,
  emit: () => undefined,
  waiting: fakeWaiting(),
  signal: new AbortController().signal,
  ...more,
});

it('asks the function for the services that can sleep, by their names on AWS, and waits for their tasks', async () => {
  const { session, calls } = await account();
  expect(await sleepOrWake(order(session))).toEqual({
    changed: ['offers-service'],
    services: [{ service: 'offers-service', desired: 1, running: 1 }],
  });
  expect(calls[0]?.input).toEqual({ action: 'wake', services: ['shop-dev-offers-service'] });
  expect(calls).toHaveLength(3);
});

it('does not wait when told not to', async () => {
  const { session, calls } = await account();
  const { services } = await sleepOrWake(order(session, { wait: false }));
  expect(services).toEqual([{ service: 'offers-service', desired: 1, running: 0 }]);
  expect(calls).toHaveLength(2);
});

it('gives up when tasks do not come', async () => {
  const late = () => ({ services: [{ serviceName: 'shop-dev-offers-service', desiredCount: 1, runningCount: 0 }] });
  const { session } = await account({ DescribeServices: late });
  await expect(sleepOrWake(order(session))).rejects.toMatchObject({
    code: 'NOT_STEADY',
    message: expect.stringContaining('offers-service (0 of 1)') as string,
  });
});

it.each([
  [
    'was deleted',
    () => ({ services: [{ serviceName: 'shop-dev-offers-service', status: 'INACTIVE', desiredCount: 1 }] }),
  ],
  [
    'has no cluster any more',
    () => {
      throw new Refusal('ClusterNotFoundException');
    },
  ],
])('does not wait for a service that %s', async (_, DescribeServices) => {
  const { session } = await account({ DescribeServices });
  expect((await sleepOrWake(order(session))).services).toEqual([]);
});

it('refuses a service that never sleeps, and an environment where none does', async () => {
  const { session, calls } = await account();
  await expect(sleepOrWake(order(session, { services: ['auth-service'] }))).rejects.toMatchObject({
    code: 'SERVICE_NEVER_SLEEPS',
    fix: 'These can: offers-service.',
  });
  await expect(sleepOrWake(order(session, { stack: shopStack }))).rejects.toMatchObject({ code: 'NOTHING_SLEEPS' });
  expect(calls).toEqual([]);
});

import { afterEach, describe, expect, test } from 'vitest';
import type { LandfallEvent } from '../../base/events.js';
import { fakeAccount, type FakeAccount, type Operations } from '../testing/aws.js';
import { fakeWaiting } from '../testing/waiting.js';
import { waitForEcs } from './ecs.js';

let account: FakeAccount | undefined;
afterEach(async () => account?.stop());

const deployment = (taskDefinition: string, status: string, rolloutState: string, more: object = {}) => ({
  id: taskDefinition,
  status,
  taskDefinition,
  rolloutState,
  runningCount: 0,
  desiredCount: 1,
  ...more,
});

/** ECS that answers with these deployments in turn, the last for ever. */
async function wait(answers: readonly (readonly object[])[], more: Operations = {}) {
  let count = 0;
  account = await fakeAccount({
    DescribeServices: () => {
      const deployments = answers[Math.min(count, answers.length - 1)];
      count += 1;
      return { services: [{ serviceName: 'shop-dev-api', status: 'ACTIVE', deployments, events: [] }] };
    },
    ListTasks: () => ({ taskArns: [] }),
    ...more,
  });
  const events: LandfallEvent[] = [];
  const waiting = fakeWaiting();
  const services = [{ service: 'api', name: 'shop-dev-api', taskDefinition: 'api:2' }];
  const done = waitForEcs({
    session: account.session,
    cluster: 'shop-dev',
    services,
    emit: (event) => void events.push(event),
    waiting,
  });
  return { done, events, waiting };
}

describe('a roll-out on ECS', () => {
  test('ends when the new task definition is steady', async () => {
    const old = deployment('api:1', 'ACTIVE', 'COMPLETED');
    const rolling = [deployment('api:2', 'PRIMARY', 'IN_PROGRESS'), old];
    const { done, events, waiting } = await wait([rolling, rolling, [deployment('api:2', 'PRIMARY', 'COMPLETED')]]);
    await done;
    expect(waiting.slept).toBe(5000);
    expect(events).toMatchObject([
      { status: 'started' },
      { status: 'progress', detail: '0 of 1 new tasks run' },
      { status: 'done' },
    ]);
  });

  test('that the circuit breaker took back has failed, and says why with the last lines', async () => {
    const { done } = await wait([[deployment('api:1', 'PRIMARY', 'COMPLETED')]], {
      ListTasks: () => ({ taskArns: ['arn/task/1'] }),
      DescribeTasks: () => ({
        tasks: [
          {
            taskArn: 'arn/task/1',
            taskDefinitionArn: 'api:2',
            stoppedAt: 1,
            stoppedReason: 'Essential container in task exited',
            containers: [{ name: 'api', exitCode: 1 }],
          },
          {
            taskArn: 'arn/task/2',
            taskDefinitionArn: 'api:2',
            stoppedAt: 2,
            stoppedReason: 'Scaling activity initiated by (deployment api:2)',
            containers: [{ name: 'api', exitCode: 0 }],
          },
        ],
      }),
      DescribeTaskDefinition: () => ({
        taskDefinition: {
          containerDefinitions: [
            {
              name: 'api',
              logConfiguration: {
                logDriver: 'awslogs',
                options: { 'awslogs-group': 'g', 'awslogs-stream-prefix': 'api' },
              },
            },
          ],
        },
      }),
      GetLogEvents: ({ logStreamName }) => ({ events: [{ message: `no DATABASE_URL in ${String(logStreamName)}` }] }),
    });
    await expect(done).rejects.toMatchObject({
      code: 'ROLLOUT_FAILED',
      path: 'services.api',
      message:
        'The new version of api did not come up: it runs api:1 instead. Essential container in task exited. api ended with exit code 1.\n| no DATABASE_URL in api/api/1',
    });
  });

  test('that does not become steady in twenty minutes is told', async () => {
    const { done } = await wait([[deployment('api:2', 'PRIMARY', 'IN_PROGRESS')]]);
    await expect(done).rejects.toMatchObject({ code: 'ROLLOUT_SLOW' });
  });

  describe('whose first deployment had failed, with nothing to go back to', () => {
    const failed = deployment('api:2', 'PRIMARY', 'FAILED', { id: 'old', rolloutStateReason: 'the old reason' });
    /** Failed, until a new deployment is forced; then that one, in this state. */
    const forcedInto = async (rolloutState: string) => {
      let deployments: readonly object[] = [failed];
      return wait([], {
        DescribeServices: () => ({ services: [{ serviceName: 'shop-dev-api', status: 'ACTIVE', deployments }] }),
        UpdateService: () => {
          const forced = { id: 'new', rolloutStateReason: 'the new reason' };
          deployments = [{ ...failed, status: 'ACTIVE' }, deployment('api:2', 'PRIMARY', rolloutState, forced)];
          return { service: { deployments } };
        },
      });
    };

    test('is started anew and waited for', async () => {
      const { done, events } = await forcedInto('COMPLETED');
      await done;
      expect(account?.calls.filter(({ operation }) => operation === 'UpdateService')).toEqual([
        {
          operation: 'UpdateService',
          input: { cluster: 'shop-dev', service: 'shop-dev-api', taskDefinition: 'api:2', forceNewDeployment: true },
        },
      ]);
      expect(events).toMatchObject([
        { status: 'started' },
        { status: 'progress', detail: 'its deployment had failed: it is started anew' },
        { status: 'done' },
      ]);
    });

    test('that fails again is told with the reason of this time, and not tried a third time', async () => {
      const { done } = await forcedInto('FAILED');
      await expect(done).rejects.toMatchObject({
        message: 'The new version of api did not come up: the new reason.',
      });
      expect(account?.calls.filter(({ operation }) => operation === 'UpdateService')).toHaveLength(1);
    });
  });

  test('that the circuit breaker takes back is not started anew', async () => {
    const { done } = await wait([
      [deployment('api:1', 'PRIMARY', 'IN_PROGRESS'), deployment('api:2', 'ACTIVE', 'FAILED')],
    ]);
    await expect(done).rejects.toMatchObject({ code: 'ROLLOUT_FAILED' });
    expect(account?.calls.some(({ operation }) => operation === 'UpdateService')).toBe(false);
  });
});

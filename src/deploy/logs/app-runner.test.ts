import { afterEach, describe, expect, test } from 'vitest';
import { resource, type Stack } from '../../stack/stack.js';
import { waitForAppRunner } from '../rollout/app-runner.js';
import { fakeAccount, Refusal, type FakeAccount } from '../testing/aws.js';
import { shopStack } from '../testing/stack.js';
import { fakeWaiting } from '../testing/waiting.js';
import { appRunnerSources, deleteAppRunnerLogs, limitAppRunnerLogs } from './app-runner.js';
import { chosenSources, logSources, readLogs } from './read.js';

let account: FakeAccount | undefined;

afterEach(async () => {
  await account?.stop();
});

const stack: Stack = {
  ...shopStack,
  resources: [
    ...shopStack.resources,
    resource('aws_apprunner_service.web', { service_name: 'shop-dev-web', source_configuration: [{}] }),
  ],
};
const arn = 'arn:aws:apprunner:eu-central-1:111122223333:service/shop-dev-web/8fe1e10304f84fd2b0df550fe98a71fa';
const folder = '/aws/apprunner/shop-dev-web/8fe1e10304f84fd2b0df550fe98a71fa';
const lines: Readonly<Record<string, object>> = {
  [`${folder}/service`]: { eventId: 'a', timestamp: 1000, message: '[AppRunner] Health check failed.\n' },
  [`${folder}/application`]: { eventId: 'a', timestamp: 2000, message: 'no SESSION_KEY\n' },
};
const services = { ListServices: () => ({ ServiceSummaryList: [{ ServiceName: 'shop-dev-web', ServiceArn: arn }] }) };
const logs = {
  FilterLogEvents: ({ logGroupName }: Readonly<Record<string, unknown>>) => ({ events: [lines[String(logGroupName)]] }),
};

describe('the logs of an App Runner service', () => {
  test('are what App Runner and the service wrote, under the name of the service', async () => {
    account = await fakeAccount({ ...services, ...logs });
    const { session } = account;
    const all = [...logSources(stack), ...(await appRunnerSources(session, stack))];
    const sources = chosenSources(all, ['web'], []);
    expect(sources.map(({ group }) => group)).toEqual([`${folder}/service`, `${folder}/application`]);
    expect(chosenSources(all, [], ['web'])).toEqual(sources);
    expect(await readLogs({ session, sources, from: 0 })).toEqual([
      { source: 'web', at: 1000, line: '[AppRunner] Health check failed.' },
      { source: 'web', at: 2000, line: 'no SESSION_KEY' },
    ]);
  });

  test('are not looked for without such a service, and of one that is not made there are none', async () => {
    account = await fakeAccount({ ListServices: () => ({ ServiceSummaryList: [] }) });
    expect(await appRunnerSources(account.session, shopStack)).toEqual([]);
    expect(account.calls).toEqual([]);
    expect(await appRunnerSources(account.session, stack)).toEqual([]);
  });

  test.each([
    [
      'their last lines',
      logs,
      'RUNNING',
      'took the new version of web back: it runs registry/web@old.\n| [AppRunner] Health check failed.\n| no SESSION_KEY',
    ],
    [
      'that they cannot be read',
      {},
      'CREATE_FAILED',
      'The App Runner service web is CREATE_FAILED. (Its logs cannot be read: ',
    ],
  ])('are quoted when a roll-out fails: %s', async (_, operations, Status, message) => {
    const SourceConfiguration = { ImageRepository: { ImageIdentifier: 'registry/web@old' } };
    account = await fakeAccount({
      DescribeService: () => ({ Service: { Status, SourceConfiguration } }),
      ...operations,
    });
    const rolled = [{ service: 'web', arn, digest: 'new' }];
    await expect(
      waitForAppRunner({
        session: account.session,
        services: rolled,
        since: 0,
        emit: () => undefined,
        waiting: fakeWaiting(),
      }),
    ).rejects.toMatchObject({ code: 'ROLLOUT_FAILED', message: expect.stringContaining(message) as string });
  });

  test('are deleted, of all lives of the service, and of no other service', async () => {
    const groups = [`${folder}/service`, `${folder}/application`];
    account = await fakeAccount({
      DescribeLogGroups: () => ({ logGroups: groups.map((logGroupName) => ({ logGroupName })) }),
      DeleteLogGroup: ({ logGroupName }) => {
        if (logGroupName === groups[0]) throw new Refusal('ResourceNotFoundException');
        return {};
      },
    });
    await deleteAppRunnerLogs(account.session, stack);
    expect(account.calls.map(({ operation, input }) => [operation, ...Object.values(input)])).toEqual([
      ['DescribeLogGroups', '/aws/apprunner/shop-dev-web/'],
      ['DeleteLogGroup', groups[0]],
      ['DeleteLogGroup', groups[1]],
    ]);
  });

  test('are kept as long as those of the Stack; a group that is not made yet is left', async () => {
    account = await fakeAccount({
      PutRetentionPolicy: ({ logGroupName }) => {
        if (logGroupName === `${folder}/service`) throw new Refusal('ResourceNotFoundException');
        return {};
      },
    });
    const group = resource('aws_cloudwatch_log_group.gateway', {
      name: '/ecs/shop-dev-gateway',
      retention_in_days: 30,
    });
    await limitAppRunnerLogs(account.session, { ...stack, resources: [...stack.resources, group] }, [arn]);
    expect(account.calls.map(({ input }) => input)).toEqual([
      { logGroupName: `${folder}/service`, retentionInDays: 30 },
      { logGroupName: `${folder}/application`, retentionInDays: 30 },
    ]);
  });
});

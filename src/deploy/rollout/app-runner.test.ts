import { afterEach, describe, expect, test } from 'vitest';
import { fakeAccount, type FakeAccount } from '../testing/aws.js';
import { fakeWaiting } from '../testing/waiting.js';
import { waitForAppRunner } from './app-runner.js';

let account: FakeAccount | undefined;
afterEach(async () => account?.stop());

const arn = 'arn:aws:apprunner:eu-central-1:111122223333:service/shop-dev-web/8fe1e10304f84fd2b0df550fe98a71fa';
const begunSeconds = 1_764_400_000;

const operation = (Type: string, Status: string, EndedAt = begunSeconds + 300) => ({ Type, Status, EndedAt });

/** A service that runs the new image, after these operations: lists that are answered in turn, each newest first, the last for ever. */
async function wait(...lists: readonly (readonly object[])[]) {
  let count = 0;
  account = await fakeAccount({
    DescribeService: () => ({
      Service: {
        Status: 'RUNNING',
        SourceConfiguration: { ImageRepository: { ImageIdentifier: 'registry/web@sha256:same' } },
      },
    }),
    ListOperations: () => {
      const OperationSummaryList = lists[Math.min(count, lists.length - 1)];
      count += 1;
      return { OperationSummaryList };
    },
    FilterLogEvents: () => ({ events: [{ eventId: 'a', timestamp: 1000, message: 'no SESSION_KEY\n' }] }),
  });
  const waiting = fakeWaiting();
  await waitForAppRunner({
    session: account.session,
    services: [{ service: 'web', arn, digest: 'sha256:same' }],
    since: begunSeconds * 1000,
    emit: () => undefined,
    waiting,
  });
  return waiting.slept;
}

describe('a roll-out on App Runner', () => {
  test.each(['ROLLBACK_SUCCEEDED', 'ROLLBACK_FAILED', 'FAILED'])(
    'whose change ended as %s has failed, though the image is the one wanted',
    async (status) => {
      const operations = [operation('START_DEPLOYMENT', 'SUCCEEDED'), operation('UPDATE_SERVICE', status)];
      await expect(wait(operations)).rejects.toMatchObject({
        code: 'ROLLOUT_FAILED',
        path: 'services.web',
        message: expect.stringContaining(
          `took the change of web back (UPDATE_SERVICE: ${status}): it runs as it did before.\n| no SESSION_KEY`,
        ) as string,
      });
    },
  );

  test.each([
    ['its change succeeded', [operation('UPDATE_SERVICE', 'SUCCEEDED'), operation('UPDATE_SERVICE', 'FAILED')]],
    ['it was made', [operation('CREATE_SERVICE', 'SUCCEEDED')]],
    ['it was resumed and nothing was changed', [operation('RESUME_SERVICE', 'SUCCEEDED')]],
    ['nothing is known of operations', []],
    [
      'the change that was taken back is of a deployment before',
      [operation('UPDATE_SERVICE', 'ROLLBACK_SUCCEEDED', begunSeconds - 60)],
    ],
  ])('is done when %s', async (_, operations) => {
    expect(await wait(operations)).toBe(0);
  });

  test('goes on while App Runner still takes the change back', async () => {
    const going = [operation('UPDATE_SERVICE', 'ROLLBACK_IN_PROGRESS')];
    expect(await wait(going, going, [operation('UPDATE_SERVICE', 'SUCCEEDED')])).toBe(10_000);
  });
});

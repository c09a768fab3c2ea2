import { afterEach, describe, expect, test } from 'vitest';
import type { Target, Workspace } from '../run/workspace.js';
import type { Stack } from '../../stack/stack.js';
import { fakeAccount, Refusal, type FakeAccount, type Operations } from '../testing/aws.js';
import { shopStack } from '../testing/stack.js';
import { appRunner } from './app-runner.js';
import { pendingSecrets } from './pending-secrets.js';

let account: FakeAccount | undefined;
afterEach(async () => account?.stop());

async function given(stack: Stack, operations: Operations): Promise<Parameters<typeof appRunner>> {
  account = await fakeAccount(operations);
  const manifest = { project: stack.project, environment: stack.environment };
  // The checks read no more of a target than this.
  const target = { session: account.session, synthesis: { stack, manifest } } as unknown as Target;
  return [target, {} as Workspace];
}

const web: Stack = {
  ...shopStack,
  resources: [...shopStack.resources, { type: 'aws_apprunner_service', name: 'web', args: {} } as never],
};

describe('App Runner', () => {
  test('is not asked for where nothing runs on it', async () => {
    expect(await appRunner(...(await given(shopStack, {})))).toEqual({});
    expect(account?.calls).toEqual([]);
  });

  test('that refuses stops the deploy, with the one line to change', async () => {
    const refuse = () => {
      throw new Refusal('AccessDeniedException', 'App Runner is not open to new customers.');
    };
    const { problems } = await appRunner(...(await given(web, { ListServices: refuse })));
    expect(problems).toMatchObject([
      { code: 'AWS_ACCESS_DENIED', fix: expect.stringContaining("runtime: 'fargate' in services.web") as string },
    ]);
  });

  test('without any service of the account is a warning', async () => {
    const { problems, warnings } = await appRunner(
      ...(await given(web, { ListServices: () => ({ ServiceSummaryList: [] }) })),
    );
    expect(problems).toBeUndefined();
    expect(warnings).toMatchObject([{ code: 'APP_RUNNER_UNUSED' }]);
  });
});

test('a secret of the Stack that waits for its deletion is told with both ways out; another’s is not', async () => {
  const deleted = (Name: string) => ({ Name, DeletedDate: 1_790_000_000 });
  const { problems } = await pendingSecrets(
    ...(await given(shopStack, {
      ListSecrets: () => ({ SecretList: [deleted('shop/dev/shared/REDIS'), deleted('shop/dev/old/KEY')] }),
    })),
  );
  expect(problems).toMatchObject([
    {
      code: 'SECRET_PENDING_DELETION',
      message: expect.stringContaining('shop/dev/shared/REDIS was deleted on 2026-09-21') as string,
      fix: expect.stringMatching(/restore-secret.*force-delete-without-recovery/) as string,
    },
  ]);
});

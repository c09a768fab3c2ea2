import { afterEach, expect, test } from 'vitest';
import { fakeAccount, Refusal, type FakeAccount, type Operations } from '../testing/aws.js';
import { removeTaskDefinitions } from './task-definitions.js';

const shop = { project: 'shop', environment: 'dev' };
const arnOf = (name: string) => `arn:aws:ecs:eu-central-1:111122223333:task-definition/${name}`;

let account: FakeAccount | undefined;

afterEach(async () => {
  await account?.stop();
});

interface Revision {
  status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS';
  readonly environment: string;
}

/** ECS with revisions by `family:number`; it deletes what is deregistered alone, and no more than 10 at once. */
function ecs(revisions: Map<string, Revision>): Operations {
  const nameIn = (arn: unknown) => String(arn).split('/')[1] ?? '';
  const having = (status: unknown) => [...revisions].filter(([, one]) => one.status === status).map(([name]) => name);
  return {
    ListTaskDefinitionFamilies: ({ familyPrefix, status }) => ({
      families: [...new Set(having(status).map((name) => name.split(':')[0] ?? ''))].filter((family) =>
        family.startsWith(String(familyPrefix)),
      ),
    }),
    ListTaskDefinitions: ({ familyPrefix, status }) => ({
      taskDefinitionArns: having(status)
        .filter((name) => name.startsWith(`${String(familyPrefix)}:`))
        .map(arnOf),
    }),
    DescribeTaskDefinition: ({ taskDefinition }) => ({
      taskDefinition: {},
      tags: [
        { key: 'Project', value: 'shop' },
        { key: 'Environment', value: revisions.get(nameIn(taskDefinition))?.environment },
      ],
    }),
    DeregisterTaskDefinition: ({ taskDefinition }) => {
      const revision = revisions.get(nameIn(taskDefinition));
      if (revision !== undefined) revision.status = 'INACTIVE';
      return {};
    },
    DeleteTaskDefinitions: ({ taskDefinitions }) => {
      const names = (taskDefinitions as string[]).map(nameIn);
      if (names.length > 10) throw new Refusal('InvalidParameterException', 'Too many.');
      for (const name of names) {
        const revision = revisions.get(name);
        if (revision?.status !== 'INACTIVE') throw new Refusal('InvalidParameterException', `${name} is active.`);
        revision.status = 'DELETE_IN_PROGRESS';
      }
      return { taskDefinitions: [], failures: [] };
    },
  };
}

test('every revision goes, what was only deregistered too, and nothing of an environment with a longer name', async () => {
  const revisions = new Map<string, Revision>([
    ...Array.from({ length: 12 }, (_, index): [string, Revision] => [
      `shop-dev-api:${String(index + 1)}`,
      { status: index === 3 ? 'INACTIVE' : 'ACTIVE', environment: 'dev' },
    ]),
    ['shop-dev-gone:1', { status: 'INACTIVE', environment: 'dev' }],
    ['shop-dev-eu-api:1', { status: 'ACTIVE', environment: 'dev-eu' }],
    ['shop-prod-api:1', { status: 'ACTIVE', environment: 'prod' }],
  ]);
  account = await fakeAccount(ecs(revisions));
  expect(await removeTaskDefinitions(account.session, shop)).toBe(13);
  const kept = [...revisions].filter(([, { status }]) => status !== 'DELETE_IN_PROGRESS');
  expect(kept.map(([name]) => name)).toEqual(['shop-dev-eu-api:1', 'shop-prod-api:1']);
  expect(await removeTaskDefinitions(account.session, shop)).toBe(0);
});

test('where the caller may not list them, the action is named', async () => {
  account = await fakeAccount({
    ListTaskDefinitionFamilies: () => {
      throw new Refusal('AccessDeniedException', 'not authorized to perform ecs:ListTaskDefinitionFamilies');
    },
  });
  await expect(removeTaskDefinitions(account.session, shop)).rejects.toThrow(/ecs:ListTaskDefinitionFamilies/);
});

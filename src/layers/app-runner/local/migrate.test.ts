import { expect, test } from 'vitest';
import type { ProcessExit, ProcessSpec } from '../../../local/contract/process.js';
import { createFakePlane } from '../../../local/testing/fake-context.js';
import { migrateOnce } from './migrate.js';

const image = {
  service: 'web',
  kind: 'nextjs',
  runtime: 'process',
  repository: 'aws_ecr_repository.web',
  variable: 'image_web',
  context: 'apps/web',
  migrate: 'node migrate.js',
} as const;

function migration(exit: Partial<ProcessExit>, prior?: Readonly<Record<string, unknown>>) {
  const ran: ProcessSpec[] = [];
  const ctx = createFakePlane({ folder: '/plane' }).context('aws_apprunner_service.web', prior);
  const run = (spec: ProcessSpec) => {
    ran.push(spec);
    return Promise.resolve({ code: 0, signal: null, lastLines: [], ...exit });
  };
  const env = () => Promise.resolve({ DATABASE_URL: 'postgres://x' });
  return { ran, done: migrateOnce(image, 'web@2', env, { ...ctx, processes: { ...ctx.processes, run } }) };
}

test('migrates an image that is not the one migrated last, in the service’s folder and environment', async () => {
  const { ran, done } = migration({}, { migrated: 'web@1' });
  await done;
  expect(ran.map(({ cwd, env }) => [cwd, env['DATABASE_URL']])).toEqual([['/plane/project/apps/web', 'postgres://x']]);
});

test('does not migrate again', async () => {
  const { ran, done } = migration({}, { migrated: 'web@2' });
  await done;
  expect(ran).toEqual([]);
});

test('a migration that fails is an error with its last lines', async () => {
  await expect(migration({ code: 1, lastLines: ['no such table'] }).done).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: 'The migration of web (node migrate.js) ended with 1. Its last lines:\nno such table',
  });
});

import { expect, test } from 'vitest';
import { unfinishedDeployment } from '../../../src/deploy/records.js';
import { startedContainers, teachImages } from '../../harness/emulated-containers.js';
import {
  changesOf,
  configOf,
  deployOptions,
  digest,
  errorsOf,
  isMigration,
  standing,
  type Operations,
} from '../../harness/operations.js';

export function newImages(opened: () => Operations): void {
  const unfinished = () => unfinishedDeployment(opened().session, `tiny-dev-tfstate-${opened().session.accountId}`);
  /** Of that service alone: Terraform has less to read. */
  const apiAlone = (digit: string) => ['api', '--yes', '--no-verify', '--image', `api=${digest(digit)}`];

  test('a migration that fails is told with its last lines, and the service keeps its image', async () => {
    const { emulator, run } = opened();
    const before = await standing(opened(), 'api');
    const lines = ['relation "users" exists already'];
    await teachImages(emulator, { [digest('2')]: { task: { exitCode: 1, lines } } });
    const ended = await run('infra:deploy', ...deployOptions({ api: '2' }));
    const [error] = errorsOf(ended);
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', path: 'services.api.migrate' });
    expect(error?.message).toBe(`The migration of api ended with exit code 1.\n${lines.join('\n')}`);
    expect(error?.fix).toContain('deploy again');
    expect(await standing(opened(), 'api')).toEqual(before);
    expect(await unfinished()).toBeDefined();
  }, 1_200_000);

  test('the next image migrates again; killed while its tasks are waited for, it ends whole the next time', async () => {
    const { emulator, killAt, done } = opened();
    expect((await killAt(/… roll out api/, 'infra:deploy', ...apiAlone('3'))).code).toBe(null);
    expect(await unfinished()).toBeDefined();
    await done('infra:deploy', ...apiAlone('3'));
    expect(await standing(opened(), 'api')).toMatchObject({ image: digest('3'), running: 1 });
    expect(await unfinished()).toBeUndefined();
    const own = (await startedContainers(emulator)).filter(({ image }) => image.endsWith(digest('3')));
    expect(own.map(({ command }) => isMigration(command))).toEqual([true, false, true]);
  }, 1_200_000);

  test('an image that crashes is rolled back by ECS: the deploy fails, says why and what next', async () => {
    const { emulator, run } = opened();
    const lines = ['listening', 'TypeError: cannot read the price of undefined'];
    await teachImages(emulator, { [digest('4')]: { service: { exitCode: 3, seconds: 0.3, lines } } });
    const ended = await run('infra:deploy', ...apiAlone('4'));
    const [error] = errorsOf(ended);
    expect(error).toMatchObject({ code: 'ROLLOUT_FAILED', path: 'services.api' });
    expect(error?.message).toBe(
      'The new version of api did not come up: ECS deployment circuit breaker: tasks failed to start. ' +
        `Essential container in task exited. api ended with exit code 3.\n${lines.map((line) => `| ${line}`).join('\n')}`,
    );
    expect(error?.fix).toContain('Mend it and deploy again');
    expect(await standing(opened(), 'api')).toMatchObject({ image: digest('3'), running: 1 });
    expect(await unfinished()).toBeDefined();
  }, 1_200_000);

  test('the cause mended, the same image of that service alone is deployed to the end', async () => {
    const { emulator, done } = opened();
    await teachImages(emulator, { [digest('4')]: {} });
    await done('infra:deploy', ...apiAlone('4'));
    expect(await standing(opened(), 'api')).toMatchObject({ image: digest('4'), running: 1 });
    expect(await unfinished()).toBeUndefined();
  }, 1_200_000);

  test('infra:rollback goes back to the images before, without a migration', async () => {
    const { emulator, done } = opened();
    const migrations = async () =>
      (await startedContainers(emulator)).filter(({ command }) => isMigration(command)).length;
    const before = await migrations();
    const { document } = await done('infra:rollback', '--yes', '--no-verify');
    expect(document).toMatchObject({ changes: [{ service: 'api', from: digest('4'), to: digest('3') }] });
    expect(await standing(opened(), 'api')).toMatchObject({ image: digest('3'), running: 1 });
    expect(await migrations()).toBe(before);
  }, 1_200_000);

  test('more memory for one service touches that service alone', async () => {
    const { project, done } = opened();
    const others = () => Promise.all(['api', 'gateway'].map((service) => standing(opened(), service)));
    const before = await others();
    await project.writeConfig(configOf({ services: { api: { minInstances: 0 }, mailer: { tier: 'small' } } }));
    const ended = await done('infra:deploy', ...deployOptions({ api: '3' }));
    expect(changesOf(ended)).toEqual(['update aws_ecs_service.mailer', 'replace aws_ecs_task_definition.mailer']);
    expect(await others()).toEqual(before);
  }, 1_200_000);

  test('db:migrate waits for a migration that a killed command left', async () => {
    const { emulator, killAt, done } = opened();
    const lines = ['one column', 'two columns', 'three columns', 'four columns'];
    await teachImages(emulator, { [digest('3')]: { task: { seconds: 15, lines } } });
    expect((await killAt(/api migrate one column/, 'db:migrate')).code).toBe(null);
    await teachImages(emulator, { [digest('3')]: { task: { lines } } });
    const ended = await done('db:migrate', 'api');
    expect(ended.stderr).toMatch(/✓ An earlier api migrate ends[^]*api migrate one column/);
  }, 1_200_000);
}

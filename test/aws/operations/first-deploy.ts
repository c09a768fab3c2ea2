import { expect, test } from 'vitest';
import { inventoryOf } from '../../harness/emulator-inventory.js';
import { notedCalls, sha256, startedContainers, teachImages } from '../../harness/emulated-containers.js';
import {
  changesOf,
  codesOf,
  deployOptions,
  digest,
  isMigration,
  planted,
  region,
  secretValue,
  standing,
  type Operations,
} from '../../harness/operations.js';

export function firstDeploy(opened: () => Operations): void {
  test('a declared secret without a value stops a deploy before anything is made', async () => {
    const { done, run, emulator } = opened();
    await done('infra:init');
    const before = await inventoryOf(emulator, region);
    const ended = await run('infra:deploy', ...deployOptions());
    expect(codesOf(ended)).toEqual(['SECRET_WITHOUT_VALUE', 'SECRET_WITHOUT_VALUE']);
    expect(await inventoryOf(emulator, region)).toEqual(before);
  });

  test('values are given by standard input: one by one, or all of a file, which is compared first', async () => {
    const { runWithInput } = opened();
    const [payment] = planted['api/PAYMENT_KEY'];
    const [smtp] = planted['mailer/SMTP_PASSWORD'];
    const set = await runWithInput(payment, 'secrets:set', 'api/PAYMENT_KEY');
    expect(set.document).toMatchObject({ changed: true, restarted: [] });
    const file = `api.PAYMENT_KEY='${payment}'\nmailer.SMTP_PASSWORD='${smtp}'\n`;
    const { document } = await runWithInput(file, 'secrets:diff', '--file', '-');
    expect(document).toEqual({
      secrets: [
        { key: 'api/PAYMENT_KEY', state: 'equal' },
        { key: 'mailer/SMTP_PASSWORD', state: 'missing' },
      ],
    });
    expect((await runWithInput(file, 'secrets:push', '--file', '-')).code).toBe(0);
    expect(await secretValue(opened(), 'mailer/SMTP_PASSWORD')).toBe(smtp);
  });

  test('killed while it migrates, it goes on: databases, then the migration with its lines, then the services', async () => {
    const { emulator, killAt, done } = opened();
    const lines = ['creating the table of users', 'migrated'];
    await teachImages(emulator, { [digest('1')]: { task: { seconds: 4, lines } } });
    const shown = /api migrate creating the table of users/;
    expect((await killAt(shown, 'infra:deploy', ...deployOptions())).code).toBe(null);
    expect((await startedContainers(emulator)).every(({ command }) => isMigration(command))).toBe(true);

    const whole = await done('infra:deploy', ...deployOptions());
    for (const line of lines) expect(whole.stderr).toContain(`api migrate ${line}`);
    expect(changesOf(whole)).toContain('create aws_ecs_service.api');
    const url = sha256(await secretValue(opened(), 'api/DATABASE_URL'));
    const [init] = (await notedCalls(emulator)).filter(({ operation }) => operation === 'lambda:Invoke');
    expect(init).toMatchObject({ function: 'tiny-dev-database-init', secrets: { 'tiny/dev/api/DATABASE_URL': url } });
    const containers = await startedContainers(emulator);
    const own = containers.filter(({ image }) => image.endsWith(digest('1')) && image.includes('-api@'));
    expect(own.map(({ command }) => isMigration(command))).toEqual([true, true, false]);
    expect(own.map(({ environment }) => environment['DATABASE_URL'])).toEqual([url, url, url]);
  }, 1_200_000);

  test('status, outputs and logs tell what runs, where, and what it wrote', async () => {
    const { done, emulator } = opened();
    const { document: status } = await done('infra:status');
    expect(status).toMatchObject({
      deployment: { id: expect.any(String) as string },
      unfinished: null,
      services: ['api', 'gateway', 'mailer'].map((service) => ({
        service,
        state: 'steady',
        desired: 1,
        running: 1,
        taskDefinition: `tiny-dev-${service}:1`,
        image: digest('1'),
      })),
    });
    const alarms = status?.['alarms'] as readonly { readonly name: string }[];
    expect(alarms.map(({ name }) => name)).toContain('tiny-dev-database-storage-low');
    const { document: outputs } = await done('infra:outputs');
    expect(outputs).toMatchObject({
      cluster: 'tiny-dev',
      stateBucket: `tiny-dev-tfstate-${emulator.account}`,
      repositories: { api: expect.stringMatching(/\/tiny-dev-api$/) as string },
      postgres: { port: 5432 },
      redis: { port: 6379 },
    });
    const { document: logs } = await done('infra:logs', 'api', '--tail', '2');
    expect(logs).toEqual({ logs: [{ name: 'api', lines: ['creating the table of users', 'migrated'] }] });
    const filtered = await done('infra:logs', 'api', '--tail', '1', '--filter', 'table of');
    expect(filtered.document).toEqual({ logs: [{ name: 'api', lines: ['creating the table of users'] }] });
  });

  test('with one deployment there is nothing to roll back to', async () => {
    const ended = await opened().run('infra:rollback', '--yes', '--no-verify');
    expect(codesOf(ended)).toEqual(['NOTHING_TO_ROLL_BACK']);
    expect(await standing(opened(), 'api')).toMatchObject({ image: digest('1') });
  });
}

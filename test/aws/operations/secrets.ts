import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { notedCalls, sha256 } from '../../harness/emulated-containers.js';
import {
  codesOf,
  newestContainer,
  planted,
  secretValue,
  standing,
  stateText,
  type Operations,
} from '../../harness/operations.js';

const services = ['api', 'gateway', 'mailer'];

export function secrets(opened: () => Operations): void {
  const deployments = async () => {
    const all = await Promise.all(services.map((service) => standing(opened(), service)));
    return Object.fromEntries(services.map((service, index) => [service, all[index]?.deployment]));
  };
  /** Which services have a new deployment after this. */
  const restartedBy = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = await deployments();
    await work();
    const after = await deployments();
    return services.filter((service) => after[service] !== before[service]);
  };
  const environmentOf = async (service: string) => (await newestContainer(opened(), service))?.environment ?? {};

  test('a changed secret restarts the service that uses it, and no other', async () => {
    const [, value] = planted['api/PAYMENT_KEY'];
    const restarted = await restartedBy(async () => {
      const { document } = await opened().runWithInput(value, 'secrets:set', 'api/PAYMENT_KEY');
      expect(document).toMatchObject({ changed: true, restarted: ['api'] });
    });
    expect(restarted).toEqual(['api']);
    expect((await environmentOf('api'))['PAYMENT_KEY']).toBe(sha256(value));
    const again = await opened().runWithInput(value, 'secrets:set', 'api/PAYMENT_KEY');
    expect(again.document).toMatchObject({ changed: false, restarted: [] });
  });

  test('secrets are listed and looked at without a value, and removed once nothing declares them', async () => {
    const { session, project, done, run } = opened();
    const [, value] = planted['api/PAYMENT_KEY'];
    await session
      .client(SecretsManagerClient)
      .send(new CreateSecretCommand({ Name: 'tiny/dev/api/OLD_KEY', SecretString: 'an old one' }));
    const list = async () => (await done('secrets:list')).document?.['secrets'] as readonly { readonly key: string }[];
    expect(await list()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: 'api/PAYMENT_KEY', kind: 'yours', users: ['aws_ecs_service.api'] }),
        expect.objectContaining({ key: 'shared/REDIS', kind: 'generated', users: ['aws_ecs_service.mailer'] }),
        expect.objectContaining({ key: 'api/OLD_KEY', kind: 'undeclared', users: [] }),
      ]),
    );
    const looked = await done('secrets:get', 'api/PAYMENT_KEY');
    expect(looked.document).toEqual({ name: 'tiny/dev/api/PAYMENT_KEY', hasValue: true });
    // Shown because it is asked for: not among what must not hold it.
    const shown = await project.run('secrets:get', 'api/PAYMENT_KEY', '--reveal');
    expect(shown.document).toMatchObject({ value });
    expect(codesOf(await run('secrets:remove', 'api/PAYMENT_KEY', '--yes'))).toEqual(['SECRET_DECLARED']);
    await done('secrets:remove', 'api/OLD_KEY', '--yes', '--for-good');
    expect((await list()).map(({ key }) => key)).not.toContain('api/OLD_KEY');
  });

  test('Redis’ password is rotated with an overlap: both, then the restart, then the new one alone', async () => {
    const { emulator, done } = opened();
    const before = passwordOf(await secretValue(opened(), 'shared/REDIS'));
    const earlier = (await notedCalls(emulator)).length;
    expect(await restartedBy(() => done('secrets:rotate', 'shared/REDIS', '--yes'))).toEqual(['mailer']);
    const secret = await secretValue(opened(), 'shared/REDIS');
    const after = passwordOf(secret);
    expect(after).not.toBe(before);
    expect((await notedCalls(emulator)).slice(earlier)).toEqual([
      {
        operation: 'elasticache:ModifyReplicationGroup',
        strategy: 'ROTATE',
        accepted: [sha256(before), sha256(after)],
      },
      { operation: 'elasticache:ModifyReplicationGroup', strategy: 'SET', accepted: [sha256(after)] },
    ]);
    const { url } = JSON.parse(secret) as { readonly url: string };
    expect((await environmentOf('mailer'))['REDIS_URL']).toBe(sha256(url));
  });

  test('a database role and the gateway’s key get new values, and who reads them restarts', async () => {
    const { emulator, done } = opened();
    const keys = ['api/DATABASE_URL', 'kong/WAKE_TOKEN'] as const;
    const before = await Promise.all(keys.map((key) => secretValue(opened(), key)));
    const restarted = await restartedBy(() => done('secrets:rotate', ...keys, '--yes'));
    expect(restarted).toEqual(['api', 'gateway']);
    const after = await Promise.all(keys.map((key) => secretValue(opened(), key)));
    const [url = '', token = ''] = after;
    expect(before.filter((value) => after.includes(value))).toEqual([]);
    // The function is not run here: the new password stood in the secret when it was called.
    const call = (await notedCalls(emulator)).findLast(({ operation }) => operation === 'lambda:Invoke');
    expect(call).toMatchObject({
      function: 'tiny-dev-database-init',
      secrets: { 'tiny/dev/api/DATABASE_URL': sha256(url) },
    });
    expect((await environmentOf('api'))['DATABASE_URL']).toBe(sha256(url));
    expect((await environmentOf('gateway'))['WAKE_TOKEN']).toBe(sha256(token));
  });

  test('the origin value moves on by Terraform: what checks it accepts both before CloudFront sends the next', async () => {
    const both = () =>
      Promise.all(['ORIGIN_VERIFY', 'ORIGIN_VERIFY_NEXT'].map((key) => secretValue(opened(), `kong/${key}`)));
    const [, nextBefore = ''] = await both();
    const restarted = await restartedBy(async () => {
      const { stderr } = await opened().done('secrets:rotate', 'kong/ORIGIN_VERIFY', '--yes');
      expect(stderr).toMatch(/change aws_cloudfront_distribution\.api[^]*change aws_lb_listener_rule\.origin_verify/);
    });
    expect(restarted).toEqual([]);
    const [sent = '', next = ''] = await both();
    expect(sent).toBe(nextBefore);
    const state = JSON.parse(await stateText(opened())) as State;
    const attributes = (type: string, name: string) =>
      JSON.stringify(state.resources.find((one) => one.type === type && one.name === name)?.instances);
    expect(attributes('aws_cloudfront_distribution', 'api')).toContain(sent);
    expect(attributes('aws_cloudfront_distribution', 'api')).not.toContain(next);
    for (const value of [sent, next]) expect(attributes('aws_lb_listener_rule', 'origin_verify')).toContain(value);
  }, 1_200_000);
}

interface State {
  readonly resources: readonly { readonly type: string; readonly name: string; readonly instances: unknown }[];
}

const passwordOf = (secret: string): string => (JSON.parse(secret) as { readonly password: string }).password;

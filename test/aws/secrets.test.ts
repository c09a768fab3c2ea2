import { SecretsManagerClient, DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAws, type AwsSession } from '../../src/deploy/aws/session.js';
import { rotateGenerated } from '../../src/deploy/rotation/generated.js';
import { randomValue } from '../../src/deploy/rotation/random.js';
import { secretVersions } from '../../src/deploy/rotation/versions.js';
import { awsSecretStore } from '../../src/deploy/secrets/aws-store.js';
import { missingSecrets, secretImports, writeImports } from '../../src/deploy/secrets/index.js';
import { emptyStack } from '../../src/stack/testing/stack.js';
import { resource, type Stack } from '../../src/stack/stack.js';
import { writeTerraformJson } from '../../src/stack/terraform-json.js';
import { findEmulator, type Emulator } from '../harness/emulator.js';
import { filesWith, plantedIn } from '../harness/planted.js';
import { findTerraform, requireOnCi } from '../harness/terraform.js';

const terraform = await findTerraform();
requireOnCi('terraform', terraform);
const found = await findEmulator();
requireOnCi(`The AWS emulator (${found.reason ?? ''})`, found.startEmulator);
const absent = terraform === undefined ? 'Terraform is absent' : found.reason;
const title = `secrets in an AWS emulator${absent === undefined ? '' : ` (skipped: ${absent})`}`;

const name = 'shop/dev/offers-service/STRIPE_KEY';
const planted = 'sk_live_"quoted" ${not} %{an expression}\nsecond line é';
const stack: Stack = {
  ...emptyStack,
  resources: [
    resource('aws_secretsmanager_secret.offers_service__STRIPE_KEY', {
      name,
      description: 'Declared by offers-service',
      recovery_window_in_days: 0,
    }),
  ],
};

describe.skipIf(absent !== undefined)(title, () => {
  let emulator: Emulator;
  let session: AwsSession;
  let folder: string;

  beforeAll(async () => {
    if (found.startEmulator === undefined) return;
    emulator = await found.startEmulator(stack.region);
    folder = await mkdtemp(join(tmpdir(), 'landfall-secrets-'));
    const credentials = { accessKeyId: emulator.account, secretAccessKey: 'emulator' };
    session = await openAws({ region: stack.region, endpoint: emulator.endpoint, credentials });
  });

  afterAll(async () => {
    await emulator.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (...args: readonly string[]) => terraform?.withEnvironment(emulator.env).run(folder, ...args) ?? '';

  test('a value that was given before the first deploy is taken over by Terraform, and stays as it was', async () => {
    expect((await missingSecrets(session, stack)).map(({ key }) => key)).toEqual(['offers-service/STRIPE_KEY']);
    const store = awsSecretStore(session, stack);
    await store.write(name, planted, 'Declared by offers-service');
    expect(await missingSecrets(session, stack)).toEqual([]);

    await writeFile(join(folder, 'main.tf.json'), writeTerraformJson(stack));
    await writeImports(folder, await secretImports(session, stack));
    await run('init', '-input=false');
    const applied = await run('apply', '-auto-approve', '-input=false', '-no-color');
    expect(applied).toContain('1 imported');
    expect(await run('state', 'list')).toContain('aws_secretsmanager_secret.offers_service__STRIPE_KEY');
    expect(await store.read(name)).toBe(planted);
    // The blocks may stay: what is in the state is not taken over again.
    await run('plan', '-input=false', '-no-color', '-detailed-exitcode', '-out=plan');
    expect(await filesWith(folder, [planted])).toEqual([]);
    expect(plantedIn(applied, [planted])).toEqual([]);
  });

  test('a rotation that is killed goes on with the same value; Terraform sees no change', async () => {
    const versions = secretVersions(session, name);
    const steps = {
      key: 'offers-service/STRIPE_KEY',
      versions,
      renew: () => randomValue(48),
      spread: () => Promise.resolve(),
    };
    await expect(rotateGenerated({ ...steps, restart: () => Promise.reject(new Error('killed')) })).rejects.toThrow(
      'killed',
    );
    const proposed = (await versions.at('AWSPENDING'))?.value;
    expect(proposed).toMatch(/^\w{48}$/);
    await rotateGenerated({ ...steps, restart: () => Promise.resolve() });
    const current = await versions.at('AWSCURRENT');
    expect(current?.value).toBe(proposed);
    expect((await versions.at('AWSPREVIOUS'))?.value).toBe(planted);
    expect(await versions.at('AWSPENDING')).toBeUndefined();
    if (current !== undefined) await versions.mark(current, 'landfall-redis-1');
    const described = await session.client(SecretsManagerClient).send(new DescribeSecretCommand({ SecretId: name }));
    expect(described.VersionIdsToStages?.[current?.id ?? '']?.toSorted()).toEqual(['AWSCURRENT', 'landfall-redis-1']);
    await run('plan', '-input=false', '-no-color', '-detailed-exitcode');
  });
});

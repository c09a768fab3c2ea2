import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeAccount, type FakeAccount } from '../testing/aws.js';
import { FakeSecretsManager } from '../testing/secrets-manager.js';
import { shopStack } from '../testing/stack.js';
import { awsSecretStore } from './aws-store.js';
import { compareSecrets, writeSecrets } from './compare.js';
import { declaredSecrets } from './declared.js';
import { parseSecrets, readSecretsFile } from './file.js';
import { secretImports, writeImports } from './imports.js';
import { missingProblems, missingSecrets } from './missing.js';
import { assertSecretValue } from './store.js';

const declared = declaredSecrets(shopStack);
const stripe = 'shop/dev/offers-service/STRIPE_KEY';
let manager: FakeSecretsManager;
let account: FakeAccount;
let folder: string;

beforeEach(async () => {
  manager = new FakeSecretsManager();
  account = await fakeAccount(manager.operations);
  folder = await mkdtemp(join(tmpdir(), 'landfall-secrets-'));
});

afterEach(async () => {
  await account.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the Stack tells each secret, who makes its value, and which services use it', () => {
  expect(declared.map(({ key, generated, users }) => [key, generated, users])).toEqual([
    ['auth-service/SIGNING_KEY', false, ['aws_ecs_service.auth_service']],
    ['offers-service/STRIPE_KEY', false, ['aws_ecs_service.offers_service']],
    ['shared/REDIS', true, ['aws_ecs_service.offers_service']],
  ]);
});

describe('a file of secrets', () => {
  const parsed = (text: string) => Object.fromEntries(parseSecrets(text, declared));

  test('names a secret by scope and name, or by name alone for all who declare it', () => {
    expect(parsed('offers-service.STRIPE_KEY=a\nSIGNING_KEY=b')).toEqual({
      'offers-service/STRIPE_KEY': 'a',
      'auth-service/SIGNING_KEY': 'b',
    });
  });

  test('keeps quotes, line breaks, JSON and ${ as they are', () => {
    const key = '-----BEGIN KEY-----\nabc\n-----END KEY-----';
    expect(parsed(`SIGNING_KEY="${key}"\nSTRIPE_KEY='{"a": "\${b} %{c}"}'`)).toEqual({
      'auth-service/SIGNING_KEY': key,
      'offers-service/STRIPE_KEY': '{"a": "${b} %{c}"}',
    });
  });

  test('with unknown names and empty values is refused as a whole, without a value in the words', () => {
    const refusal = () => parsed('offers-service.STRIP_KEY=planted1\nOTHER=planted2\nSIGNING_KEY=');
    expect(refusal).toThrow('3 problems');
    expect(refusal).not.toThrow(/planted/);
  });

  test('that git tracks or would add is refused; one that git ignores, or outside a repository, is read', async () => {
    const file = join(folder, '.secrets.dev');
    await writeFile(file, 'SIGNING_KEY=b');
    await expect(readSecretsFile(file)).resolves.toBe('SIGNING_KEY=b');
    execFileSync('git', ['init', '-q', folder]);
    await expect(readSecretsFile(file)).rejects.toMatchObject({ code: 'SECRETS_FILE_TRACKED' });
    await writeFile(join(folder, '.gitignore'), '.secrets.*\n');
    await expect(readSecretsFile(file)).resolves.toBe('SIGNING_KEY=b');
    execFileSync('git', ['-C', folder, 'add', '-f', '.secrets.dev']);
    await expect(readSecretsFile(file)).rejects.toMatchObject({ code: 'SECRETS_FILE_TRACKED' });
    await expect(readSecretsFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'SECRETS_FILE_MISSING' });
  });
});

test('a value is text that fits: not empty, not binary, at most 65,536 bytes', () => {
  const refused = (value: string) => () => assertSecretValue('a/B', value);
  expect(refused('')).toThrow('empty');
  expect(refused('a\0b')).toThrow('NUL');
  expect(refused(Buffer.from([0xff, 0xfe]).toString('utf8'))).toThrow('UTF-8');
  expect(refused('é'.repeat(40_000))).toThrow('80000 bytes');
  expect(refused('x'.repeat(65_536))).not.toThrow();
});

describe('in Secrets Manager', () => {
  const store = () => awsSecretStore(account.session, shopStack);

  test('only what differs is written, and only it is named', async () => {
    manager.add(stripe, 'old');
    manager.add('shop/dev/auth-service/SIGNING_KEY', 'same');
    const values = new Map([
      ['offers-service/STRIPE_KEY', 'new'],
      ['auth-service/SIGNING_KEY', 'same'],
    ]);
    expect(await compareSecrets(store(), declared, values)).toEqual([
      { key: 'auth-service/SIGNING_KEY', state: 'equal' },
      { key: 'offers-service/STRIPE_KEY', state: 'different' },
    ]);
    const changed = await writeSecrets(store(), declared, values);
    expect(changed.map(({ key }) => key)).toEqual(['offers-service/STRIPE_KEY']);
    expect(manager.value(stripe)).toBe('new');
    expect(account.calls.filter(({ operation }) => operation === 'PutSecretValue')).toHaveLength(1);
  });

  test('a secret that Terraform has not made yet is made, and the next deploy takes it over', async () => {
    expect((await missingSecrets(account.session, shopStack)).map(({ key }) => key)).toEqual([
      'auth-service/SIGNING_KEY',
      'offers-service/STRIPE_KEY',
    ]);
    await store().write(stripe, 'sk_live', 'Declared by offers-service');
    manager.add('shop/dev/auth-service/SIGNING_KEY');
    const missing = await missingSecrets(account.session, shopStack);
    expect(missingProblems(missing, 'dev')).toMatchObject([
      { code: 'SECRET_WITHOUT_VALUE', path: 'auth-service/SIGNING_KEY' },
    ]);
    const imports = await secretImports(account.session, shopStack);
    expect(imports.map(({ to }) => to)).toEqual([
      'aws_secretsmanager_secret.auth_service__SIGNING_KEY',
      'aws_secretsmanager_secret.offers_service__STRIPE_KEY',
    ]);
    await writeImports(folder, imports);
    expect(JSON.parse(await readFile(join(folder, 'imports.tf.json'), 'utf8'))).toEqual({ import: imports });
    await writeImports(folder, []);
    await expect(readFile(join(folder, 'imports.tf.json'))).rejects.toThrow('ENOENT');
  });

  test('a secret that is being deleted is brought back by a new value', async () => {
    manager.add(stripe, 'old');
    await store().remove(stripe, true);
    expect(await store().read(stripe)).toBeUndefined();
    expect(await store().list('shop/dev/')).toEqual([]);
    await store().write(stripe, 'new', '');
    expect(await store().read(stripe)).toBe('new');
    await store().remove(stripe, false);
    expect(manager.names).toEqual([]);
  });
});

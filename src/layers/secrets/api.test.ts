import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestEndpoint, type TestEndpoint } from '../../local/testing/aws-endpoint.js';
import { createFakePlane } from '../../local/testing/fake-context.js';
import { secretsManager } from './api.js';
import { secretLocal } from './local.js';

const name = 'shop/dev/kong/WAKE_TOKEN';
const plane = createFakePlane();
let endpoint: TestEndpoint;
let client: SecretsManagerClient;
let arn: string;

beforeAll(async () => {
  endpoint = await openTestEndpoint(plane.context('plane'), [secretsManager]);
  client = new SecretsManagerClient(endpoint.client);
  arn = String((await plane.apply(secretLocal, 'aws_secretsmanager_secret.kong__WAKE_TOKEN', { name }))['arn']);
  await plane.apply(secretLocal, 'aws_secretsmanager_secret.shared__KEY', { name: 'shop/dev/shared/KEY' });
});
afterAll(() => endpoint.close());

test('a secret without a value is not found, as on AWS', async () => {
  await expect(client.send(new GetSecretValueCommand({ SecretId: name }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
  });
});

test('what is put is read by name and by ARN', async () => {
  await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: 'opens' }));
  expect(plane.vault.get(name)).toBe('opens');
  for (const SecretId of [name, arn])
    expect(await client.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({
      ARN: arn,
      Name: name,
      SecretString: 'opens',
      VersionStages: ['AWSCURRENT'],
    });
});

test('secrets are described and listed, page by page, without their values', async () => {
  expect(await client.send(new DescribeSecretCommand({ SecretId: arn }))).toMatchObject({ Name: name });
  const first = await client.send(new ListSecretsCommand({ MaxResults: 1 }));
  const second = await client.send(new ListSecretsCommand({ MaxResults: 1, NextToken: first.NextToken }));
  expect([first, second].flatMap(({ SecretList = [] }) => SecretList.map((secret) => secret.Name))).toEqual([
    name,
    'shop/dev/shared/KEY',
  ]);
  expect(second.NextToken).toBeUndefined();
});

test('an unknown secret is not found', async () => {
  await expect(client.send(new DescribeSecretCommand({ SecretId: 'shop/dev/shared/K' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

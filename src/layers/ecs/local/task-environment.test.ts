import { beforeEach, expect, test } from 'vitest';
import type { LocalContext } from '../../../local/contract/context.js';
import { createFakePlane } from '../../../local/testing/fake-context.js';
import type { LocalBehaviour } from '../../../stack/layer.js';
import { taskEnvironment } from './task-environment.js';
import { fakeSecret } from '../../../local/testing/fake-secret.js';

const arn = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:shop/dev/shared/REDIS-abc123';
let value: string;
let ctx: LocalContext;

const secret: LocalBehaviour = {
  fidelity: 'exact',
  apply: (_resource, own) => {
    own.provide('secret', { ...fakeSecret(arn, ''), read: () => Promise.resolve(value) });
    return Promise.resolve({ arn });
  },
};

beforeEach(async () => {
  value = '{"url":"rediss://:p@127.0.0.1:4409","port":4409}';
  const plane = createFakePlane();
  await plane.apply(secret, 'aws_secretsmanager_secret.shared__REDIS', {});
  ctx = plane.context('aws_ecs_service.offers');
});

const read = (valueFrom: string) =>
  taskEnvironment(
    {
      name: 'offers',
      image: '',
      portMappings: [],
      environment: [],
      secrets: [{ name: 'X', valueFrom }],
      stopTimeout: 30,
    },
    ctx,
  ).then(({ X }) => X);

test('a secret by its ARN is its whole value', async () => {
  expect(await read(arn)).toBe(value);
});

test('a secret by ARN and key is that field; what is no text is JSON', async () => {
  expect(await read(`${arn}:url::`)).toBe('rediss://:p@127.0.0.1:4409');
  expect(await read(`${arn}:port:AWSCURRENT:`)).toBe('4409');
});

test.each(['{"other":1}', 'not JSON with a rediss://:p@ in it', '["url"]', 'null'])(
  'a key that is not there is an error that holds nothing of the value (%s)',
  async (given) => {
    value = given;
    const failure = await read(`${arn}:url::`).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'SECRET_WITHOUT_KEY', path: 'aws_ecs_service.offers' });
    expect(String(failure)).not.toContain('rediss://');
  },
);

test.each([`${arn}::AWSPREVIOUS:`, `${arn}:url::some-version-id`])('another version is refused: %s', async (given) => {
  await expect(read(given)).rejects.toMatchObject({ code: 'SECRET_VERSION_NOT_LOCAL' });
});

test('a secret that does not exist is named', async () => {
  await expect(read(`${arn.replace('abc123', 'gone00')}:url::`)).rejects.toMatchObject({ code: 'SECRET_UNKNOWN' });
});

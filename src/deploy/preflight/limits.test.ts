import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { template } from '../../stack/expr.js';
import { dataAttr, resource, type AnyResource } from '../../stack/stack.js';
import type { AwsSession, ClientConfig } from '../aws/session.js';
import type { Target, Workspace } from '../run/workspace.js';
import { shopStack } from '../testing/stack.js';
import { stateBucketExists } from '../state/bucket.js';
import { bucketNames } from './bucket-names.js';
import { quotas } from './quotas.js';

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** What a check of these resources is given, in an account that is answered for here. */
async function given(resources: readonly AnyResource[], answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  ends.push(() => server.close().closeAllConnections());
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const settings = { endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const session: AwsSession = {
    region: 'eu-central-1',
    accountId: '111122223333',
    callerArn: 'arn:aws:iam::111122223333:user/ada',
    partition: 'aws',
    client: <C>(Client: new (config: ClientConfig) => C) =>
      new Client({ ...settings, maxAttempts: 1, ...{ forcePathStyle: true } }),
  };
  const target = { session, synthesis: { stack: { ...shopStack, resources } } } as unknown as Target;
  return [target, {} as Workspace] as const;
}

describe('names of buckets', () => {
  const bucket = (name: string) =>
    resource(`aws_s3_bucket.${name}`, {
      bucket: template`shop-dev-${name}-${dataAttr('data.aws_caller_identity.current', 'account_id')}`,
    });

  test('that are free, or the account’s own in the region, are well; each other is told', async () => {
    const asked: unknown[] = [];
    const statuses: Record<string, number> = { logs: 200, admin: 404, web: 403, old: 301 };
    const resources = Object.keys(statuses).map(bucket);
    const target = await given(resources, (request, response) => {
      asked.push(request.headers['x-amz-expected-bucket-owner']);
      const name = /^\/shop-dev-(\w+)-111122223333/.exec(request.url ?? '')?.[1] ?? '';
      response.writeHead(statuses[name] ?? 500, { 'x-amz-bucket-region': 'eu-central-1' }).end();
    });
    const { problems } = await bucketNames(...target);
    expect(problems?.map(({ code, message }) => `${code} ${message}`)).toEqual([
      expect.stringContaining(
        'BUCKET_NAME_TAKEN The bucket name shop-dev-web-111122223333 is taken by another account',
      ),
      expect.stringContaining(
        'BUCKET_NAME_TAKEN The account has the bucket shop-dev-old-111122223333 in another region',
      ),
    ]);
    expect(new Set(asked)).toEqual(new Set(['111122223333']));
  });

  test('in another region of the account are told with it', async () => {
    const target = await given([bucket('logs')], (_request, response) => {
      response.writeHead(200, { 'x-amz-bucket-region': 'us-west-2' }).end();
    });
    expect((await bucketNames(...target)).problems).toMatchObject([
      { message: expect.stringContaining('in us-west-2 already') as string },
    ]);
  });
});

test('a state bucket of another account is told as such, though S3’s answer has no body', async () => {
  const [{ session }] = await given([], (_request, response) => response.writeHead(403).end());
  await expect(stateBucketExists(session, 'shop-dev-tfstate')).rejects.toMatchObject({ code: 'BUCKET_NAME_TAKEN' });
});

describe('listener rules', () => {
  const rules = Array.from({ length: 101 }, (_, index) =>
    resource(`aws_lb_listener_rule.internal_s${String(index)}`, { listener_arn: 'arn', condition: [], action: [] }),
  );
  const limits = (most: number) => `<DescribeAccountLimitsResponse><DescribeAccountLimitsResult><Limits>
    <member><Name>target-groups</Name><Max>3000</Max></member>
    <member><Name>rules-per-application-load-balancer</Name><Max>${String(most)}</Max></member>
  </Limits></DescribeAccountLimitsResult></DescribeAccountLimitsResponse>`;

  test.each([
    [100, [{ code: 'QUOTA_TOO_LOW', message: expect.stringContaining('needs 101 listener rules') as string }]],
    [200, []],
  ])('of all listeners count against the account’s quota of %i', async (most, problems) => {
    const target = await given(rules, (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/xml' }).end(limits(most));
    });
    expect(await quotas(...target)).toMatchObject({ problems, warnings: [] });
  });

  test('are let pass with a warning when the quota cannot be read', async () => {
    const target = await given(rules, (_request, response) => {
      response.writeHead(403, { 'Content-Type': 'text/xml' });
      response.end('<ErrorResponse><Error><Code>AccessDenied</Code><Message>No.</Message></Error></ErrorResponse>');
    });
    expect(await quotas(...target)).toMatchObject({ problems: [], warnings: [{ code: 'QUOTA_UNKNOWN' }] });
  });
});

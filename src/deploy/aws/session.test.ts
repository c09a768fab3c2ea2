import { ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { awsProblem } from './problems.js';
import { openAws } from './session.js';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function serve(status: number, body: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'Content-Type': 'text/xml' }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  stops.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>arn:aws:iam::111122223333:user/ada</Arn><UserId>A</UserId><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;
const refusal = (code: string) =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>No.</Message></Error></ErrorResponse>`;

describe('openAws', () => {
  test('tells who calls, and makes each client once a region', async () => {
    const session = await openAws({ region: 'eu-central-1', endpoint: await serve(200, identity), credentials });
    expect(session).toMatchObject({
      accountId: '111122223333',
      callerArn: 'arn:aws:iam::111122223333:user/ada',
      partition: 'aws',
    });
    const client = session.client(ECSClient);
    expect(session.client(ECSClient)).toBe(client);
    expect(session.client(ECSClient, 'us-east-1')).not.toBe(client);
    expect(await client.config.region()).toBe('eu-central-1');
  });

  test.each([
    ['ExpiredToken', 'AWS_CREDENTIALS_EXPIRED'],
    ['InvalidClientTokenId', 'AWS_CREDENTIALS_INVALID'],
  ])('explains %s', async (code, expected) => {
    const endpoint = await serve(403, refusal(code));
    await expect(openAws({ region: 'eu-central-1', endpoint, credentials })).rejects.toMatchObject({ code: expected });
  });

  test('says that there are no credentials', async () => {
    const none = () => Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }));
    await expect(openAws({ region: 'eu-central-1', credentials: none })).rejects.toMatchObject({
      code: 'AWS_NO_CREDENTIALS',
    });
  });
});

describe('awsProblem', () => {
  test('names the action that the caller may not call', () => {
    const error = Object.assign(
      new Error('User: arn:aws:iam::1:user/a is not authorized to perform: ecs:UpdateService on resource: x'),
      { name: 'AccessDeniedException' },
    );
    const problem = awsProblem(error, 'restart api');
    expect(problem.code).toBe('AWS_ACCESS_DENIED');
    expect(problem.message).toContain('Landfall could not restart api: the caller may not call ecs:UpdateService.');
    expect(problem.cause).toBe(error);
  });

  test('an SSO session that has ended is one that has expired', () => {
    const error = Object.assign(new Error('The SSO session associated with this profile has expired.'), {
      name: 'CredentialsProviderError',
    });
    expect(awsProblem(error, 'x').code).toBe('AWS_CREDENTIALS_EXPIRED');
  });

  test('a refused connection is no answer', async () => {
    const client = new ECSClient({
      region: 'eu-central-1',
      endpoint: 'http://127.0.0.1:1',
      credentials,
      maxAttempts: 1,
    });
    const error = await client.send(new ListClustersCommand({})).catch((thrown: unknown) => thrown);
    expect(awsProblem(error, 'list clusters')).toMatchObject({ code: 'AWS_UNREACHABLE' });
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shopStack } from '../testing/stack.js';
import { openAccount } from './account.js';

const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>arn:aws:iam::111122223333:user/ada</Arn><UserId>A</UserId><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/xml' }).end(identity);
});

beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const open = (account?: string) =>
  openAccount(
    { ...shopStack, ...(account !== undefined && { account }) },
    {
      endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
  );

test.each([[undefined], ['111122223333']])('signs in where the config says account %s', async (account) => {
  expect(await open(account)).toMatchObject({ accountId: '111122223333', region: 'eu-central-1' });
});

test('refuses another account than the config’s, before anything is asked of it', async () => {
  await expect(open('444455556666')).rejects.toMatchObject({
    code: 'ACCOUNT_MISMATCH',
    message:
      'The environment dev belongs to the account 444455556666, and you are signed in to 111122223333 (arn:aws:iam::111122223333:user/ada).',
    fix: 'Sign in to 444455556666, such as with AWS_PROFILE; or correct environments.dev.account in the config.',
    path: 'environments.dev.account',
  });
});

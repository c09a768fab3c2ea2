import { expect, onTestFinished, test } from 'vitest';
import { fakeAccount, Refusal } from '../testing/aws.js';
import { openLogin } from './credentials.js';

const { signal } = new AbortController();

/** An account whose tokens are `AWS:1`, `AWS:2` and so on. */
async function account() {
  let asked = 0;
  const made = await fakeAccount({
    GetAuthorizationToken: () => {
      asked += 1;
      if (asked > 3) throw new Refusal('AccessDeniedException', 'no more');
      return { authorizationData: [{ authorizationToken: Buffer.from(`AWS:${String(asked)}`).toString('base64') }] };
    },
  });
  onTestFinished(() => made.stop());
  return made;
}

test('a login is ECR’s token, asked for once', async () => {
  const { session, calls } = await account();
  const login = await openLogin(session, signal);
  expect([login.credentials, login.credentials]).toEqual([
    { username: 'AWS', password: '1' },
    { username: 'AWS', password: '1' },
  ]);
  expect(calls).toHaveLength(1);
});

test('credentials that were refused are replaced once, by however many builds', async () => {
  const { session, calls } = await account();
  const login = await openLogin(session, signal);
  const refused = login.credentials;
  const renewed = await Promise.all([login.renew(refused), login.renew(refused)]);
  expect(renewed.map(({ password }) => password)).toEqual(['2', '2']);
  expect((await login.renew(refused)).password).toBe('2');
  expect(login.credentials.password).toBe('2');
  expect(calls).toHaveLength(2);
});

test('a token that AWS refuses is told as AWS’s problem, and may be asked for again', async () => {
  const { session } = await account();
  const login = await openLogin(session, signal);
  await login.renew(login.credentials);
  await login.renew(login.credentials);
  await expect(login.renew(login.credentials)).rejects.toMatchObject({
    code: expect.stringMatching(/^AWS_/) as string,
  });
  await expect(login.renew(login.credentials)).rejects.toMatchObject({
    code: expect.stringMatching(/^AWS_/) as string,
  });
});

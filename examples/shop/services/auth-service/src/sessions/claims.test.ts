import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { sessionIdOf } from './claims.js';

const header = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('reads the id of the session from the claims', () => {
  const jti = randomUUID();
  expect(sessionIdOf(header({ sub: 'ann', jti }))).toBe(jti);
});

test.each([undefined, '', 'no base64url!', header({ sub: 'ann' }), header({ jti: '../other' }), header(null)])(
  'finds none in %s',
  (claims) => {
    expect(sessionIdOf(claims)).toBeUndefined();
  },
);

import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { generateSigningKey, type SigningKey } from './signing-key.js';
import { TokenIssuer } from './token-issuer.js';

const issuer = 'https://auth.shop.example';
const user = { id: '7b0e4a2e-2b1f-4a66-9d0e-0d1f6d9a4c11', email: 'ann@shop.example' };
const sessionId = 'b1d9c1c4-6f55-4a4c-9f0e-6a1f4c9d2e77';
let key: SigningKey;

beforeAll(async () => {
  key = await generateSigningKey();
});

test('issues a token the public key set verifies', async () => {
  const { accessToken, tokenType, expiresIn } = await new TokenIssuer(key, issuer, 3_600).issue(user, sessionId);
  expect({ tokenType, expiresIn }).toEqual({ tokenType: 'Bearer', expiresIn: 3_600 });
  expect(decodeProtectedHeader(accessToken)).toEqual({ alg: 'RS256', kid: key.kid, typ: 'JWT' });

  const { payload } = await jwtVerify(accessToken, createLocalJWKSet({ keys: [key.publicKey] }), {
    issuer,
    audience: 'shop',
  });
  expect(payload).toMatchObject({ sub: user.id, email: user.email, jti: sessionId });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3_600);
});

test('a token ends with its lifetime', async () => {
  const hourAgo = () => Date.now() - 3_601_000;
  const { accessToken } = await new TokenIssuer(key, issuer, 3_600, hourAgo).issue(user, sessionId);
  await expect(jwtVerify(accessToken, createLocalJWKSet({ keys: [key.publicKey] }))).rejects.toMatchObject({
    code: 'ERR_JWT_EXPIRED',
  });
});

test('another key does not verify it', async () => {
  const { accessToken } = await new TokenIssuer(key, issuer, 60).issue(user, sessionId);
  const other = await generateSigningKey();
  await expect(jwtVerify(accessToken, createLocalJWKSet({ keys: [other.publicKey] }))).rejects.toThrow();
});

test('the public key has no private part', () => {
  expect(Object.keys(key.publicKey).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
});

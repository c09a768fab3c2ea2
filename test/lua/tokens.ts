import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** The day of all cases: seconds since 1970. */
export const noon = Date.parse('2026-11-25T12:00:00Z') / 1000;

export const issuerName = 'https://auth.shop.example';

/** A key pair with its public half as key sets have it. */
export interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

function rsa(kid: string, modulusLength = 2048): Key {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid } };
}

function ec(kid: string, namedCurve: 'P-256' | 'P-384'): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid } };
}

/** The issuer's, and one (`next`) that it has only after a rotation. */
export const keys = {
  one: rsa('one'),
  next: rsa('next'),
  small: rsa('small', 1024),
  p256: ec('p256', 'P-256'),
  p384: ec('p384', 'P-384'),
} as const;

const encode = (value: unknown): string =>
  (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))).toString('base64url');

/** How a token differs from a good one of the key `one`. */
export interface TokenParts {
  readonly key?: Key;
  /** Over `{ alg: 'RS256', kid }`; undefined removes a member. A Buffer is the whole part. */
  readonly header?: object | Buffer;
  /** Over a good user's; undefined removes a member. A Buffer is the whole part. */
  readonly claims?: object | Buffer;
  /** Of ECDSA: the two numbers, as tokens have them, or ASN.1. */
  readonly dsaEncoding?: 'ieee-p1363' | 'der';
}

/** A signed token, good or not: it is signed whatever it says. */
export function token({
  key = keys.one,
  header = {},
  claims = {},
  dsaEncoding = 'ieee-p1363',
}: TokenParts = {}): string {
  const head = Buffer.isBuffer(header) ? header : { alg: 'RS256', kid: key.kid, ...header };
  const body = Buffer.isBuffer(claims)
    ? claims
    : { iss: issuerName, sub: 'user-1', iat: noon, exp: noon + 600, ...claims };
  const signed = `${encode(head)}.${encode(body)}`;
  const alg = (head as { readonly alg?: unknown }).alg;
  const digest = typeof alg === 'string' && /384$|512$/.test(alg) ? `sha${alg.slice(-3)}` : 'sha256';
  return `${signed}.${encode(sign(digest, Buffer.from(signed), { key: key.privateKey, dsaEncoding }))}`;
}

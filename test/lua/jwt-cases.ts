import { createHmac } from 'node:crypto';
import { keySetOf, type IssuerWord } from './issuer.js';
import { issuerName, keys, noon, token, type TokenParts } from './tokens.js';

/** `200 SUBJECT`, `401`, `503`, or `503 45` with the `Retry-After` it has. */
export type Verdict = `200 ${string}` | '401' | '503' | '503 45';

export interface JwtStep {
  /** Seconds after noon; default: when the step before was. */
  readonly at?: number;
  /** What the issuer answers from here on. */
  readonly issuer?: IssuerWord;
  /** The Authorization header. */
  readonly authorization: string | undefined;
  /** How many such requests come at once; default 1. Each has the verdict. */
  readonly times?: number;
  readonly verdict: Verdict;
  /** How often the issuer was asked in all, once the step is over. */
  readonly asked?: number;
}

/** One rule of `landfall-jwt`, wherever its Lua runs. */
export interface JwtCase {
  readonly name: string;
  readonly steps: readonly JwtStep[];
}

const bearer = (parts?: TokenParts): string => `Bearer ${token(parts)}`;
const good = bearer();
const pass: Verdict = '200 user-1';

const one = (name: string, authorization: string | undefined, verdict: Verdict, issuer?: IssuerWord): JwtCase => ({
  name,
  steps: [{ authorization, verdict, ...(issuer !== undefined && { issuer }) }],
});

const claims = (name: string, over: object | Buffer, verdict: Verdict): JwtCase =>
  one(`claims: ${name}`, bearer({ claims: over }), verdict);
const header = (name: string, over: object | Buffer, verdict: Verdict): JwtCase =>
  one(`header: ${name}`, bearer({ header: over }), verdict);
const key = (name: string, over: object, verdict: Verdict): JwtCase =>
  one(`key: ${name}`, good, verdict, { keySet: keySetOf({ ...keys.one.jwk, ...over }) });

const [head = '', body = '', signature = ''] = token().split('.');
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const hmacHead = encoded({ alg: 'HS256', kid: 'one' });
const hmac = createHmac('sha256', JSON.stringify(keys.one.jwk)).update(`${hmacHead}.${body}`).digest('base64url');
const [ecHead = '', ecBody = '', ecSignature = ''] = token({ key: keys.p256, header: { alg: 'ES256' } }).split('.');

const forms: readonly JwtCase[] = [
  one('a good token', good, pass),
  one('a scheme in small letters', `bearer ${token()}`, pass),
  one('a scheme in capitals', `BEARER ${token()}`, pass),
  one('several spaces after the scheme', `Bearer   ${token()}`, pass),
  one('no header', undefined, '401'),
  one('another scheme', 'Basic dXNlcjpwYXNz', '401'),
  one('a scheme alone', 'Bearer', '401'),
  one('a token without scheme', token(), '401'),
  one('two tokens', `Bearer ${token()}, Bearer ${token()}`, '401'),
  one('garbage', 'Bearer a.b.c', '401'),
  one('two parts', `Bearer ${head}.${body}`, '401'),
  one('four parts', `Bearer ${head}.${body}.${signature}.x`, '401'),
  one('no signature', `Bearer ${head}.${body}.`, '401'),
  one('padding', `Bearer ${head}=.${body}.${signature}`, '401'),
  one('the other alphabet of base64', `Bearer ${head}.${body}.+/${signature.slice(2)}`, '401'),
  one('a part of a length that base64 has not', `Bearer ${head}.${body}.abcde`, '401'),
  one('a signature of another token', `Bearer ${token({ claims: { sub: 'x' } }).replace(/[^.]+$/, signature)}`, '401'),
  one('other claims under the signature', `Bearer ${head}.${encoded({ sub: 'admin' })}.${signature}`, '401'),
  one('another one’s key under a known key id', bearer({ key: { ...keys.next, kid: 'one' } }), '401'),
];

const headers: readonly JwtCase[] = [
  ...(['RS256', 'RS384', 'RS512'] as const).map((alg) => header(alg, { alg }, pass)),
  one('header: ES256', bearer({ key: keys.p256, header: { alg: 'ES256' } }), pass),
  one('header: ES384', bearer({ key: keys.p384, header: { alg: 'ES384' } }), pass),
  header('alg none', { alg: 'none' }, '401'),
  one('header: alg none, without a signature', `Bearer ${encoded({ alg: 'none', kid: 'one' })}.${body}.`, '401'),
  header('alg NONE', { alg: 'NONE' }, '401'),
  header('alg in small letters', { alg: 'rs256' }, '401'),
  header('alg PS256', { alg: 'PS256' }, '401'),
  header('alg EdDSA', { alg: 'EdDSA' }, '401'),
  header('alg a list', { alg: ['RS256'] }, '401'),
  header('alg absent', { alg: undefined }, '401'),
  one('header: HS256 with the public key for a secret', `Bearer ${hmacHead}.${body}.${hmac}`, '401'),
  header('RS256 with a key for ES256', { kid: 'p256' }, '401'),
  one('header: ES256 with an RSA key', bearer({ key: keys.p256, header: { alg: 'ES256', kid: 'one' } }), '401'),
  one('header: ES256 with a P-384 key', bearer({ key: keys.p384, header: { alg: 'ES256' } }), '401'),
  one(
    'header: RS512 over a signature of RS256',
    `Bearer ${encoded({ alg: 'RS512', kid: 'one' })}.${body}.${signature}`,
    '401',
  ),
  one('header: an ASN.1 signature', bearer({ key: keys.p256, header: { alg: 'ES256' }, dsaEncoding: 'der' }), '401'),
  one('header: half a signature', `Bearer ${ecHead}.${ecBody}.${ecSignature.slice(0, 43)}`, '401'),
  header('kid absent', { kid: undefined }, '401'),
  header('kid a number', { kid: 1 }, '401'),
  header('kid empty', { kid: '' }, '401'),
  header('kid of an object’s own', { kid: '__proto__' }, '401'),
  header('crit', { crit: ['exp'] }, '401'),
  header('crit that names what is known elsewhere', { crit: ['b64'], b64: true }, '401'),
  header('crit null', { crit: null }, '401'),
  header('typ of another kind', { typ: 'at+jwt' }, pass),
  header('a key of its own', { jwk: keys.next.jwk, jku: 'https://evil.example/jwks.json' }, pass),
  header('a list', Buffer.from('[]'), '401'),
  header('a number', Buffer.from('1'), '401'),
  header('null', Buffer.from('null'), '401'),
  header('more than one value', Buffer.from('{"alg":"RS256","kid":"one"}{}'), '401'),
];

const claimCases: readonly JwtCase[] = [
  claims('exp now', { exp: noon }, pass),
  claims('exp 29 seconds ago', { exp: noon - 29 }, pass),
  claims('exp 30 seconds ago', { exp: noon - 30 }, '401'),
  claims('exp with a fraction', { exp: noon - 29.5 }, pass),
  claims('exp absent', { exp: undefined }, '401'),
  claims('exp null', { exp: null }, '401'),
  claims('exp a text', { exp: String(noon + 600) }, '401'),
  claims('nbf in 30 seconds', { nbf: noon + 30 }, pass),
  claims('nbf in 31 seconds', { nbf: noon + 31 }, '401'),
  claims('nbf a text', { nbf: String(noon) }, '401'),
  claims('nbf null', { nbf: null }, '401'),
  claims('iat absent', { iat: undefined }, pass),
  claims('iat to come', { iat: noon + 500 }, pass),
  claims('iat a text', { iat: 'today' }, '401'),
  claims('another issuer', { iss: 'https://elsewhere.example' }, '401'),
  claims('an issuer with a slash more', { iss: `${issuerName}/` }, '401'),
  claims('no issuer', { iss: undefined }, '401'),
  claims('a list of issuers', { iss: [issuerName] }, '401'),
  claims('any audience', { aud: 'another-api' }, pass),
  claims('no subject', { sub: undefined }, '401'),
  claims('an empty subject', { sub: '' }, '401'),
  claims('a subject that is a number', { sub: 7 }, '401'),
  claims('a subject with a space', { sub: 'user 1' }, '200 user 1'),
  claims('a subject that ends with a space', { sub: 'user ' }, '401'),
  claims('a subject with a line break', { sub: 'user\r\nX-Admin: 1' }, '401'),
  claims('a subject with NUL', { sub: 'user\u0000' }, '401'),
  claims('a subject beyond ASCII', { sub: 'müller' }, '401'),
  claims('a subject of 255 characters', { sub: 'u'.repeat(255) }, `200 ${'u'.repeat(255)}`),
  claims('a subject of 256 characters', { sub: 'u'.repeat(256) }, '401'),
  claims('a list', Buffer.from('[]'), '401'),
  claims('no JSON', Buffer.from('{'), '401'),
  claims('a number that JSON has not', Buffer.from(`{"iss":"${issuerName}","sub":"user-1","exp":Infinity}`), '401'),
];

const keyCases: readonly JwtCase[] = [
  key('with its algorithm', { alg: 'RS256' }, pass),
  key('of another algorithm', { alg: 'RS512' }, '401'),
  key('for signatures', { use: 'sig' }, pass),
  key('for encryption', { use: 'enc' }, '401'),
  key('to verify with', { key_ops: ['verify'] }, pass),
  key('to encrypt with', { key_ops: ['encrypt'] }, '401'),
  key('without modulus', { n: undefined }, '401'),
  key('whose modulus is no base64url', { n: '+/+/' }, '401'),
  key('without exponent', { e: undefined }, '401'),
  key('without type', { kty: undefined }, '401'),
  key('with a certificate beside it', { x5t: 'abc', x5c: ['MII'] }, pass),
  one('key: under 2048 bits', bearer({ key: keys.small }), '401', { keySet: keySetOf(keys.small.jwk) }),
  one('key: among things that are none', good, pass, {
    keySet: keySetOf(null, 1, 'key', {}, { kid: 7 }, [], keys.one.jwk),
  }),
  one('key: the last of two with one id', good, pass, {
    keySet: keySetOf({ ...keys.next.jwk, kid: 'one' }, keys.one.jwk),
  }),
];

const next = bearer({ key: keys.next });
const unknown = bearer({ key: { ...keys.next, kid: 'guess' } });
const both = keySetOf(keys.one.jwk, keys.next.jwk);
const long = (authorization: TokenParts = {}): string => bearer({ ...authorization, claims: { exp: noon + 90_000 } });
const asleep: IssuerWord = { status: 503, server: 'awselb/2.0' };

const rotations: readonly JwtCase[] = [
  {
    name: 'rotation: the key set is asked for once',
    steps: [
      { authorization: good, verdict: pass, asked: 1 },
      { at: 200, authorization: good, verdict: pass, asked: 1 },
    ],
  },
  {
    name: 'rotation: a new key is found by one more fetch, without a restart; the old one stays while it is published',
    steps: [
      { authorization: good, verdict: pass },
      { at: 11, issuer: { keySet: both }, authorization: next, verdict: pass, asked: 2 },
      { authorization: good, verdict: pass, asked: 2 },
    ],
  },
  {
    name: 'rotation: an unknown key id asks again after the interval alone',
    steps: [
      { authorization: good, verdict: pass },
      { at: 9, authorization: unknown, verdict: '401', asked: 1 },
      { at: 10, authorization: unknown, verdict: '401', asked: 2 },
      { at: 19, authorization: unknown, verdict: '401', asked: 2 },
      { at: 20, authorization: unknown, verdict: '401', asked: 3 },
    ],
  },
  {
    name: 'rotation: many unknown key ids at once ask once',
    steps: [
      { authorization: good, verdict: pass },
      { at: 11, authorization: unknown, times: 8, verdict: '401', asked: 2 },
    ],
  },
  {
    name: 'rotation: many requests at the beginning ask once',
    steps: [{ authorization: good, times: 8, verdict: pass, asked: 1 }],
  },
  {
    name: 'rotation: a key that was taken back is refused once the set is old',
    steps: [
      { authorization: long(), verdict: pass },
      { at: 299, issuer: { keySet: keySetOf(keys.next.jwk) }, authorization: long(), verdict: pass, asked: 1 },
      { at: 300, authorization: long(), verdict: '401', asked: 2 },
    ],
  },
  {
    name: 'rotation: a token that is refused for its form asks nobody',
    steps: [{ authorization: bearer({ header: { alg: 'none' } }), verdict: '401', asked: 0 }],
  },
];

const outages: readonly JwtCase[] = [
  {
    name: 'outage: an issuer that sleeps is waited for, then asked again',
    steps: [
      { issuer: asleep, authorization: good, verdict: '503 45', asked: 1 },
      { at: 4, authorization: good, verdict: '503 45', asked: 1 },
      { at: 5, issuer: {}, authorization: good, verdict: pass, asked: 2 },
    ],
  },
  one('outage: the load balancer’s own 502 is sleep too', good, '503 45', { status: 502, server: 'awselb/2.0' }),
  one('outage: the load balancer’s 504 is no sleep', good, '503', { status: 504, server: 'awselb/2.0' }),
  one('outage: the service’s own 503 is no sleep', good, '503', { status: 503 }),
  one('outage: another server’s 503 is no sleep', good, '503', { status: 503, server: 'awselb/2.0-like' }),
  one('outage: no connection', good, '503', { down: true }),
  one('outage: the path is not there', good, '503', { status: 404 }),
  one('outage: discovery is no JSON', good, '503', { discovery: '<html>' }),
  one('outage: discovery is a text', good, '503', { discovery: '"text"' }),
  one('outage: discovery names no issuer', good, '503', { discovery: { jwks_uri: 'http://alb.shop.local:8080/x' } }),
  one('outage: discovery names no key set', good, '503', { discovery: { issuer: issuerName } }),
  one('outage: the key set is no JSON', good, '503', { keySet: 'no' }),
  one('outage: the key set has no keys', good, '503', { keySet: {} }),
  one('outage: keys that are no list are none', good, '401', { keySet: { keys: {} } }),
  one('outage: no keys at all', good, '401', { keySet: keySetOf() }),
  {
    name: 'outage: after a failed fetch every key id waits, not only the one that asked',
    steps: [
      { issuer: { status: 500 }, authorization: good, verdict: '503', asked: 1 },
      { at: 1, authorization: unknown, verdict: '503', asked: 1 },
      { at: 2, authorization: next, verdict: '503', asked: 1 },
      { at: 5, authorization: unknown, verdict: '503', asked: 2 },
      { at: 9, authorization: good, verdict: '503', asked: 2 },
    ],
  },
  {
    name: 'outage: keys that were good stay good, of others nothing is known',
    steps: [
      { authorization: long(), verdict: pass },
      { at: 400, issuer: { status: 500 }, authorization: long(), verdict: pass, asked: 2 },
      { at: 401, authorization: unknown, verdict: '503', asked: 2 },
      { at: 406, authorization: long(), verdict: pass, asked: 3 },
      { at: 412, issuer: { keySet: both }, authorization: long({ key: keys.next }), verdict: pass, asked: 4 },
      { at: 413, authorization: unknown, verdict: '401', asked: 4 },
    ],
  },
  {
    name: 'outage: a failed fetch for an unknown key does not make a fresh set old',
    steps: [
      { authorization: good, verdict: pass },
      { at: 20, issuer: asleep, authorization: next, verdict: '503 45', asked: 2 },
      { at: 40, authorization: good, verdict: pass, asked: 2 },
    ],
  },
  {
    name: 'outage: many requests of an issuer that sleeps ask once',
    steps: [{ issuer: asleep, authorization: good, times: 8, verdict: '503 45', asked: 1 }],
  },
];

export const jwtCases: readonly JwtCase[] = [
  ...forms,
  ...headers,
  ...claimCases,
  ...keyCases,
  ...rotations,
  ...outages,
];

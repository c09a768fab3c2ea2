import type { ConformanceCase } from './case.js';
import { gatewayCase } from './gateway-place.js';

const rfc = (number: number, section: string): string =>
  `https://www.rfc-editor.org/rfc/rfc${String(number)}#section-${section} (not re-read)`;
const discovery =
  'https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation (not re-read)';
const rotation = 'https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys (not re-read)';
const alb =
  'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html (not re-read)';

/** The behaviour, its source, and the case of `test/lua/jwt-cases.ts` that shows it; the same cases run in real ngx_lua. */
const table: readonly (readonly [string, string, string])[] = [
  ['takes a bearer token that its issuer signed', rfc(6750, '2.1'), 'a good token'],
  ['takes the scheme in any letters', rfc(9110, '11.1'), 'a scheme in small letters'],
  ['answers 401 with WWW-Authenticate where there is no token', rfc(6750, '3'), 'no header'],
  ['refuses tokens without a signature', rfc(8725, '3.2'), 'header: alg none, without a signature'],
  ['refuses an HMAC made with the public key', rfc(8725, '2.1'), 'header: HS256 with the public key for a secret'],
  ['refuses a key of another type than the algorithm’s', rfc(8725, '3.1'), 'header: ES256 with an RSA key'],
  ['refuses a key that is for encryption', rfc(7517, '4.2'), 'key: for encryption'],
  ['refuses a key that is for another algorithm', rfc(7517, '4.4'), 'key: of another algorithm'],
  ['refuses RSA keys under 2048 bits', rfc(7518, '3.3'), 'key: under 2048 bits'],
  ['takes ECDSA signatures as two numbers', rfc(7518, '3.4'), 'header: ES256'],
  ['refuses ECDSA signatures in ASN.1', rfc(7518, '3.4'), 'header: an ASN.1 signature'],
  ['refuses tokens that name extensions as critical', rfc(7515, '4.1.11'), 'header: crit'],
  ['does not take a key that the token itself brings', rfc(8725, '3.10'), 'header: a key of its own'],
  ['refuses a token from its exp on, clocks’ leeway aside', rfc(7519, '4.1.4'), 'claims: exp 30 seconds ago'],
  ['refuses a token before its nbf, clocks’ leeway aside', rfc(7519, '4.1.5'), 'claims: nbf in 31 seconds'],
  ['refuses another issuer’s token', rfc(7519, '4.1.1'), 'claims: another issuer'],
  ['compares the issuer letter by letter', discovery, 'claims: an issuer with a slash more'],
  [
    'finds a new key without a restart',
    rotation,
    'rotation: a new key is found by one more fetch, without a restart; the old one stays while it is published',
  ],
  [
    'asks again for an unknown key id, but not at will',
    rotation,
    'rotation: an unknown key id asks again after the interval alone',
  ],
  ['refuses a key that was taken back', rotation, 'rotation: a key that was taken back is refused once the set is old'],
  ['takes the load balancer’s own 503 for sleep', alb, 'outage: an issuer that sleeps is waited for, then asked again'],
  ['does not take a service’s 503 for sleep', alb, 'outage: the service’s own 503 is no sleep'],
];

/** The cases sign real tokens: their keys are made when the first of them runs. */
const runCase = async (name: string): Promise<void> => {
  const [{ jwtCases }, { runJwtCase }, { localRunner }] = await Promise.all([
    import('../lua/jwt-cases.js'),
    import('../lua/run-jwt-case.js'),
    import('../lua/runners.js'),
  ]);
  const found = jwtCases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no case “${name}”.`);
  await runJwtCase(found, await localRunner());
};

export const tokenCases: readonly ConformanceCase[] = table.map(([behaviour, source, name]) =>
  gatewayCase(behaviour, source, () => runCase(name)),
);

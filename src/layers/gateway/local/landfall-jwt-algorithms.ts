import { decode } from './landfall-jwt-token.js';

/** A key as its set has it; of its members only the one that names it is sure. */
export type Jwk = Readonly<Record<string, unknown>> & { readonly kid: string };

/** The curve that an algorithm needs; undefined means an RSA key. */
const curves: ReadonlyMap<string, string | undefined> = new Map([
  ['RS256', undefined],
  ['RS384', undefined],
  ['RS512', undefined],
  ['ES256', 'P-256'],
  ['ES384', 'P-384'],
]);

/** At least 2048 bits. @see https://www.rfc-editor.org/rfc/rfc7518#section-3.3 (not re-read) */
const smallestModulusBytes = 256;

/** Only asymmetric algorithms. */
export const isKnownAlgorithm = (name: string): boolean => curves.has(name);

/** As `algorithms.lua` has it: whether the key is fit for the algorithm. */
export function fits(name: string, jwk: Jwk): boolean {
  if (!curves.has(name) || ('alg' in jwk && jwk['alg'] !== name) || !mayVerify(jwk)) return false;
  const curve = curves.get(name);
  const { kty, n, e, crv, x, y } = jwk;
  if (curve !== undefined) return kty === 'EC' && crv === curve && typeof x === 'string' && typeof y === 'string';
  const modulus = typeof n === 'string' ? decode(n) : undefined;
  return kty === 'RSA' && modulus !== undefined && modulus.length >= smallestModulusBytes && typeof e === 'string';
}

function mayVerify(jwk: Jwk): boolean {
  if ('use' in jwk && jwk['use'] !== 'sig') return false;
  const operations = jwk['key_ops'];
  return !('key_ops' in jwk) || (Array.isArray(operations) && operations.includes('verify'));
}

/** What a bearer token says. */
export interface Token {
  readonly alg: string;
  readonly kid: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The claims as they came: base64url of JSON. */
  readonly encodedClaims: string;
  /** The whole token. */
  readonly compact: string;
}

const form = /^([A-Za-z]+)\s+(([\w-]+)\.([\w-]+)\.([\w-]+))$/;

/** As `token.lua` has it: takes an `Authorization` header apart. Undefined where it has no token of the right form. */
export function parseToken(authorization: string): Token | undefined {
  const [, scheme = '', compact = '', head = '', body = '', signature = ''] = form.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'bearer') return undefined;
  const header = objectOf(head);
  const claims = objectOf(body);
  if (header === undefined || claims === undefined || decode(signature) === undefined) return undefined;
  const { alg, kid } = header;
  if ('crit' in header || typeof alg !== 'string' || typeof kid !== 'string') return undefined;
  return { alg, kid, claims, encodedClaims: body, compact };
}

/** The bytes; undefined where the text is no base64url. */
export function decode(text: string): Buffer | undefined {
  return text.length % 4 === 1 || !/^[\w-]*$/.test(text) ? undefined : Buffer.from(text, 'base64url');
}

function objectOf(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(decode(part)?.toString('utf8') ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** As `token.lua` has it: whether the issuer is the one asked, the subject can be told on, and the token is in force. */
export function hasValidClaims(
  { iss, sub, exp, iat, nbf }: Token['claims'],
  issuer: string,
  nowSeconds: number,
  leeway: number,
): boolean {
  if (iss !== issuer || !isSubject(sub)) return false;
  if (typeof exp !== 'number' || nowSeconds >= exp + leeway) return false;
  if (iat !== undefined && typeof iat !== 'number') return false;
  return nbf === undefined || (typeof nbf === 'number' && nowSeconds >= nbf - leeway);
}

/** A subject becomes a header. @see https://openid.net/specs/openid-connect-core-1_0.html#IDToken (not re-read) */
function isSubject(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 255 && /^[!-~][ -~]*$/.test(value) && !value.endsWith(' ');
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { HeaderPair } from '../../../local/contract/http.js';
import { allValues } from '../../../local/http/headers.js';

/** Of this start of the plane: cookies of an earlier one cannot be read, as with AWS's rotating key. */
const key = randomBytes(32);

/** What a stickiness cookie says. */
export interface Sticky {
  /** The target group or rule that it holds for. */
  readonly scope: string;
  /** The target, or the target group, that was chosen. */
  readonly choice: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Encrypts; each call gives another text. */
function seal({ scope, choice, expires }: Sticky): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = [cipher.update(JSON.stringify([scope, choice, expires])), cipher.final()];
  return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString('base64');
}

function open(text: string): Sticky | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < 28) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(-16));
    const plain = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString();
    const [scope, choice, expires] = JSON.parse(plain) as readonly [string, string, number];
    return { scope, choice, expires };
  } catch {
    // Changed, or of another start of the plane.
    return undefined;
  }
}

/** The value of a cookie of the request. */
export function cookie(headers: readonly HeaderPair[], name: string): string | undefined {
  for (const line of allValues(headers, 'cookie'))
    for (const pair of line.split(';')) {
      const at = pair.indexOf('=');
      if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
    }
  return undefined;
}

/** What the first of these cookies says that is for this scope and not stale. */
export function stuck(
  headers: readonly HeaderPair[],
  names: readonly string[],
  scope: string,
  now: number,
): string | undefined {
  for (const name of names) {
    const value = cookie(headers, name);
    const sticky = value === undefined ? undefined : open(value);
    if (sticky?.scope === scope && sticky.expires > now) return sticky.choice;
  }
  return undefined;
}

/**
 * The cookie, and its twin for requests of other sites: with `Expires`, never with `Max-Age`.
 * @param twin absent: no second cookie
 */
export function setCookies(name: string, sticky: Sticky, twin?: string): HeaderPair[] {
  const value = seal(sticky);
  const end = `Expires=${new Date(sticky.expires).toUTCString()}; Path=/`;
  const own: HeaderPair = ['Set-Cookie', `${name}=${value}; ${end}`];
  return twin === undefined ? [own] : [own, ['Set-Cookie', `${twin}=${value}; ${end}; SameSite=None; Secure`]];
}

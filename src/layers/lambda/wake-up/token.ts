import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a token is the one in the secret. Throws what `read` throws. */
export type TokenCheck = (given: string) => Promise<boolean>;

const minute = 60_000;
/** How long the secret's value is known before it is read again. */
const keepMs = 5 * minute;
/** A wrong token makes it be read at once, in case it was rotated, but not more often than this. */
const rereadMs = minute / 2;

/**
 * Compares in constant time with what `read` gives, of which only a hash is kept.
 * @param now milliseconds
 */
export function tokenCheck(read: () => Promise<string>, now: () => number): TokenCheck {
  let known: { readonly hash: Buffer; readonly readAt: number } | undefined;

  async function refresh(): Promise<Buffer> {
    const readAt = now();
    const value = await read();
    if (value === '') throw new Error('The secret of the wake-up token is empty.');
    known = { hash: hashOf(value), readAt };
    return known.hash;
  }

  return async (given) => {
    const hash = hashOf(given);
    if (known === undefined || now() - known.readAt >= keepMs) return timingSafeEqual(hash, await refresh());
    if (timingSafeEqual(hash, known.hash)) return true;
    return now() - known.readAt >= rereadMs && timingSafeEqual(hash, await refresh());
  };
}

const hashOf = (text: string) => createHash('sha256').update(text).digest();

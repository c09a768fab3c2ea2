import { z } from 'zod';

const claims = z.object({ jti: z.uuid() });

/**
 * The `jti` of X-User-Claims (base64url JSON); undefined when there is none. The gateway strips that header from outside and sets it after
 * it has verified a token.
 */
export function sessionIdOf(header: string | undefined): string | undefined {
  if (!header) return undefined;
  try {
    return claims.safeParse(JSON.parse(Buffer.from(header, 'base64url').toString())).data?.jti;
  } catch {
    return undefined;
  }
}

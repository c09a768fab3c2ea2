import { randomBytes } from 'node:crypto';
import type { LocalContext } from './context.js';

/** Name under which the plane keeps the key that its distributions sign with. */
const keyName = 'local/cloudfront/origin-access-key';

/**
 * The secret half of the credentials with which distributions sign requests to buckets. AWS's own stay inside AWS; this one is shared by
 * the rooms that sign and that verify. The access key id is the distribution's ARN, so that a bucket policy can be evaluated.
 */
export async function originAccessKey(ctx: Pick<LocalContext, 'vault'>): Promise<string> {
  const known = await ctx.vault.read(keyName);
  if (known !== undefined) return known;
  await ctx.vault.write(keyName, randomBytes(30).toString('base64url'));
  return (await ctx.vault.read(keyName)) ?? '';
}

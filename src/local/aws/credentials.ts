import { randomBytes } from 'node:crypto';
import type { Vault } from '../vault.js';

/** What callers of the local AWS endpoint sign with. */
export interface PlaneCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Name under which the plane keeps them. */
const name = 'local/aws/credentials';

/** The plane's own credentials: made once, random, kept sealed. They open nothing but this plane. */
export async function planeCredentials(vault: Pick<Vault, 'read' | 'write'>): Promise<PlaneCredentials> {
  const known = await vault.read(name);
  if (known !== undefined) return JSON.parse(known) as PlaneCredentials;
  // Looks like no key of AWS, which begin with AKIA or ASIA.
  const made = {
    accessKeyId: `LANDFALL${randomBytes(6).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
  await vault.write(name, JSON.stringify(made));
  return made;
}

/**
 * The credentials as a file for `AWS_SHARED_CREDENTIALS_FILE`.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html (not re-read)
 */
export function credentialsFile({ accessKeyId, secretAccessKey }: PlaneCredentials): string {
  return `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

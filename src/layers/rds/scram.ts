import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** PostgreSQL's default: https://www.postgresql.org/docs/16/runtime-config-connection.html#GUC-SCRAM-ITERATIONS (read 2026-11-23) */
const iterations = 4096;

/**
 * What PostgreSQL stores for a password: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`. Sent in the password's place, so
 * that a statement that fails or is logged shows no password.
 * @param salt 16 random bytes
 * @returns the password itself when it is not plain ASCII: how those are prepared (SASLprep) is the server's to say
 * @see https://www.postgresql.org/docs/16/catalog-pg-authid.html (read 2026-11-23)
 */
export function storedPassword(password: string, salt: Buffer): string {
  if (!/^[\x20-\x7e]+$/.test(password)) return password;
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (name: string) => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const serverKey = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${String(iterations)}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

import { compare, hash, truncates } from 'bcryptjs';

const cost = 10;

// A hash no password matches, so that an unknown address takes as long as a wrong password.
const nobody = hash('nobody', cost);

export const hashPassword = (password: string): Promise<string> => hash(password, cost);

/** Bcrypt reads 72 bytes; a longer password is refused rather than cut. */
export const fitsBcrypt = (password: string): boolean => !truncates(password);

/** False for a wrong password and for an account that does not exist (`undefined`), in the same time. */
export async function checkPassword(password: string, passwordHash: string | undefined): Promise<boolean> {
  const matches = await compare(password, passwordHash ?? (await nobody));
  return matches && passwordHash !== undefined;
}

import { randomInt } from 'node:crypto';

const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A random value of letters and digits, from the system's generator: no character that a URL or a header would have to quote. */
export function randomValue(length: number): string {
  return Array.from({ length }, () => lettersAndDigits.charAt(randomInt(lettersAndDigits.length))).join('');
}

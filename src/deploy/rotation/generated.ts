import { LandfallError } from '../../base/errors.js';
import { randomValue } from './random.js';
import type { SecretVersion, SecretVersions } from './versions.js';

export interface GeneratedRotation {
  /** Such as `offers-service/DATABASE_URL`. */
  readonly key: string;
  readonly versions: SecretVersions;
  /** The new value, made from the current one. */
  readonly renew: (current: string) => string;
  /** Makes others know the value, once it is the current one; done again it changes nothing. */
  readonly spread: () => Promise<void>;
  /** Gives what uses the value new tasks. */
  readonly restart: () => Promise<unknown>;
}

/**
 * Rotates a value that its users read when they start: the new one becomes current, is spread, and users restart. Killed at any step and
 * run again it goes on from there with the same new value.
 * @throws LandfallError `SECRET_WITHOUT_VALUE` before the first deploy
 */
export async function rotateGenerated({ key, versions, renew, spread, restart }: GeneratedRotation): Promise<void> {
  const current = await versions.at('AWSCURRENT');
  if (current === undefined) throw withoutValue(key);
  const wanted: SecretVersion = (await versions.at('AWSPENDING')) ?? (await versions.propose(renew(current.value)));
  await versions.promote(wanted);
  await spread();
  await restart();
  await versions.settle(wanted);
}

/** The same URL with another password. */
export function withNewPassword(url: string): string {
  const next = new URL(url);
  next.password = randomValue(40);
  return next.toString();
}

const withoutValue = (key: string): LandfallError =>
  new LandfallError({
    code: 'SECRET_WITHOUT_VALUE',
    message: `${key} has no value yet: nothing is deployed.`,
    fix: 'Deploy first: landfall infra:deploy.',
    path: key,
  });

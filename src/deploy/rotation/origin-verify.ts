import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { LandfallError } from '../../base/errors.js';
import { randomValue } from './random.js';
import type { SecretVersions } from './versions.js';

/** What knows the two values: who checks the header, and who sends it. */
export interface OriginVerifyTargets {
  /** Listener rules and web ACLs. */
  readonly checking: readonly string[];
  /** Distributions. */
  readonly sending: readonly string[];
}

const readers = ['origin_verify', 'origin_verify_next'].map((name) => `data.aws_secretsmanager_secret_version.${name}`);

/** Addresses that refer to the values. */
export function originVerifyTargets(stack: Stack): OriginVerifyTargets {
  const view = viewOf(stack);
  const all = [...new Set(readers.flatMap((reader) => view.referrers(reader)))].sort();
  const isSender = (address: string) => address.startsWith('aws_cloudfront_distribution.');
  return { checking: all.filter((one) => !isSender(one)), sending: all.filter(isSender) };
}

export interface OriginVerifyRotation {
  /** Of `kong/ORIGIN_VERIFY`, which CloudFront sends. */
  readonly sent: SecretVersions;
  /** Of `kong/ORIGIN_VERIFY_NEXT`. Origins accept both. */
  readonly next: SecretVersions;
  readonly targets: OriginVerifyTargets;
  /** Makes these resources what the secrets say, and waits until it is so everywhere. */
  readonly apply: (addresses: readonly string[]) => Promise<void>;
}

/**
 * Makes CloudFront send the next value, and makes up the one after it. Origins accept both all the while, so no request is refused.
 * The versions of the secrets tell where a rotation that was killed stands: run again it goes on from there.
 * @throws LandfallError `SECRET_WITHOUT_VALUE` before the first deploy
 */
export async function rotateOriginVerify({ sent, next, targets, apply }: OriginVerifyRotation): Promise<void> {
  const [sentNow, nextNow, before] = await Promise.all([
    sent.at('AWSCURRENT'),
    next.at('AWSCURRENT'),
    sent.at('AWSPREVIOUS'),
  ]);
  if (sentNow === undefined || nextNow === undefined) throw neverDeployed();
  if (nextNow.value !== before?.value && nextNow.value !== sentNow.value) {
    // Nothing is under way. Both must be accepted everywhere before the other is sent.
    await apply(targets.checking);
    await sent.promote(await sent.propose(nextNow.value));
    await swapped(next, sentNow.value);
  } else if (nextNow.value === sentNow.value && before !== undefined) {
    await swapped(next, before.value);
  }
  const proposed = await sent.at('AWSPENDING');
  if (proposed !== undefined) await sent.settle(proposed);
  // The same two values as before: what is checked stays.
  await apply(targets.sending);
  await swapped(next, randomValue(48));
  await apply(targets.checking);
}

async function swapped(versions: SecretVersions, value: string): Promise<void> {
  const version = await versions.propose(value);
  await versions.promote(version);
  await versions.settle(version);
}

const neverDeployed = (): LandfallError =>
  new LandfallError({
    code: 'SECRET_WITHOUT_VALUE',
    message: 'The values of X-Origin-Verify are not there yet: nothing is deployed.',
    fix: 'Deploy first: landfall infra:deploy.',
  });

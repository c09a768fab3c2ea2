import type { Stack } from '../../stack/stack.js';
import type { Waiting } from '../../base/waiting.js';
import type { Emit } from '../../base/events.js';
import { LandfallError } from '../../base/errors.js';
import type { AwsSession } from '../aws/session.js';
import type { DeclaredSecret } from '../secrets/declared.js';
import { restartServices } from '../services/restart.js';
import { setDatabasePasswords } from './databases.js';
import { rotateGenerated, withNewPassword } from './generated.js';
import { rotateRedisToken } from './index.js';
import { randomValue } from './random.js';
import { secretVersions } from './versions.js';

export interface Rotation {
  readonly session: AwsSession;
  readonly stack: Stack;
  readonly emit: Emit;
  readonly waiting: Waiting;
  /** Rotates the value that CloudFront sends to the origins. */
  readonly rotateOriginVerify: () => Promise<void>;
}

/** Keys that rotate together: both values that origins accept. */
export const originVerifyKeys: readonly string[] = ['kong/ORIGIN_VERIFY', 'kong/ORIGIN_VERIFY_NEXT'];

/**
 * Gives a generated secret a new value, with everything that must know it. Killed at any step and run again it goes on from there.
 * @throws LandfallError `SECRET_NOT_GENERATED`, and those of the steps
 */
export async function rotateSecret(rotation: Rotation, secret: DeclaredSecret): Promise<void> {
  const { session, stack } = rotation;
  const { key, name, users } = secret;
  if (!secret.generated) throw notGenerated(key);
  if (originVerifyKeys.includes(key)) return rotation.rotateOriginVerify();
  if (key === 'shared/REDIS') {
    await rotateRedisToken({ ...rotation, fresh: true });
    return;
  }
  const database = key.endsWith('/DATABASE_URL');
  return rotateGenerated({
    key,
    versions: secretVersions(session, name),
    renew: database ? withNewPassword : () => randomValue(48),
    spread: () => (database ? setDatabasePasswords(session, stack, [name]) : Promise.resolve()),
    restart: () => restartServices({ ...rotation, users }),
  });
}

const notGenerated = (key: string): LandfallError =>
  new LandfallError({
    code: 'SECRET_NOT_GENERATED',
    message: `Landfall did not make the value of ${key}, and cannot make another one.`,
    fix: `Get a new one where it comes from, then: landfall secrets:set ${key}`,
  });

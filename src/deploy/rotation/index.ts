import type { Emit } from '../../base/events.js';
import type { Waiting } from '../../base/waiting.js';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import type { AwsSession } from '../aws/session.js';
import { declaredSecrets, secretPrefix } from '../secrets/declared.js';
import { restartServices } from '../services/restart.js';
import { elastiCacheTokens } from './cache.js';
import { rotateRedis } from './redis.js';
import { secretVersions } from './versions.js';

export interface RotateRedisToken {
  readonly session: AwsSession;
  readonly stack: Stack;
  readonly emit: Emit;
  readonly waiting: Waiting;
  /** A new password. Default: only the throw-away token of the creation is replaced, and a rotation under way finished. */
  readonly fresh?: boolean;
}

/** Makes the password of the secret `shared/REDIS` the one that the cache accepts. @returns whether anything was done; false without Redis */
export async function rotateRedisToken({ fresh = false, ...parts }: RotateRedisToken): Promise<boolean> {
  const { session, stack, emit, waiting } = parts;
  const group = viewOf(stack).get('aws_elasticache_replication_group.main');
  if (group === undefined) return false;
  const users = declaredSecrets(stack).find(({ key }) => key === 'shared/REDIS')?.users ?? [];
  return rotateRedis({
    cache: elastiCacheTokens(session, String(group.args.replication_group_id), waiting),
    versions: secretVersions(session, `${secretPrefix(stack)}shared/REDIS`),
    restart: () => restartServices({ ...parts, users }),
    fresh,
    emit,
  });
}

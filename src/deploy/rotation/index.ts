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

const group = 'aws_elasticache_replication_group.main';

/** Addresses of the cache and of the secret's value, which a rotation starts from; none without Redis. */
export function redisParts(stack: Stack): readonly string[] {
  const view = viewOf(stack);
  if (view.get(group) === undefined) return [];
  return [
    group,
    ...view.referrers(group).filter((address) => address.startsWith('aws_secretsmanager_secret_version.')),
  ];
}

/** Makes the password of the secret `shared/REDIS` the one that the cache accepts. @returns whether anything was done; false without Redis */
export async function rotateRedisToken({ fresh = false, ...parts }: RotateRedisToken): Promise<boolean> {
  const { session, stack, emit, waiting } = parts;
  const cache = viewOf(stack).get(group);
  if (cache === undefined) return false;
  const users = declaredSecrets(stack).find(({ key }) => key === 'shared/REDIS')?.users ?? [];
  return rotateRedis({
    cache: elastiCacheTokens(session, String(cache.args.replication_group_id), waiting),
    versions: secretVersions(session, `${secretPrefix(stack)}shared/REDIS`),
    restart: () => restartServices({ ...parts, users }),
    fresh,
    emit,
  });
}

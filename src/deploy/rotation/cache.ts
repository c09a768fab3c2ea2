import {
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache';
import { LandfallError } from '../../base/errors.js';
import type { Waiting } from '../../base/waiting.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

/** The tokens that a replication group accepts. */
export interface CacheTokens {
  describe(): Promise<CacheState>;
  /** `rotate` accepts a token beside the one before; `set` accepts it alone. Returns when the group has it. */
  change(token: string, strategy: 'rotate' | 'set'): Promise<void>;
}

export interface CacheState {
  /** Tells one group from another of the same name. */
  readonly createdAt: Date | undefined;
  readonly tokenChangedAt: Date | undefined;
}

const pollMilliseconds = 10_000;
const limitMilliseconds = 30 * 60_000;

/**
 * A replication group of ElastiCache. Two tokens are accepted after ROTATE, one after SET.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html#auth-modifyng-token (not re-read)
 */
export function elastiCacheTokens(session: AwsSession, id: string, waiting: Waiting): CacheTokens {
  const client = session.client(ElastiCacheClient);
  const look = async () => {
    const { ReplicationGroups: [group] = [] } = await client
      .send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }))
      .catch((error: unknown) => {
        throw awsProblem(error, `look at the cache ${id}`);
      });
    return group;
  };
  const untilAvailable = async () => {
    const started = waiting.now();
    for (;;) {
      const group = await look();
      if (group?.Status === 'available' && group.PendingModifiedValues?.AuthTokenStatus === undefined) return;
      if (waiting.now() - started > limitMilliseconds) throw slow(id, group?.Status);
      await waiting.sleep(pollMilliseconds);
    }
  };
  return {
    describe: async () => {
      const group = await look();
      return { createdAt: group?.ReplicationGroupCreateTime, tokenChangedAt: group?.AuthTokenLastModifiedDate };
    },
    change: async (token, strategy) => {
      await untilAvailable();
      await client
        .send(
          new ModifyReplicationGroupCommand({
            ReplicationGroupId: id,
            AuthToken: token,
            AuthTokenUpdateStrategy: strategy === 'rotate' ? 'ROTATE' : 'SET',
            ApplyImmediately: true,
          }),
        )
        .catch((error: unknown) => {
          throw awsProblem(error, `change the token of the cache ${id}`);
        });
      await untilAvailable();
    },
  };
}

const slow = (id: string, status: string | undefined): LandfallError =>
  new LandfallError({
    code: 'CACHE_SLOW',
    message: `After ${String(limitMilliseconds / 60_000)} minutes the cache ${id} is ${status ?? 'unknown'}, not available.`,
    fix: 'ElastiCache goes on with it. Run the command again later: it goes on from where it is.',
  });

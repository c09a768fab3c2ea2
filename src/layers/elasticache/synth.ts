import type { Config, RedisConfig } from '../../config/config.js';
import { template } from '../../stack/expr.js';
import type { SynthPart } from '../../stack/layer.js';
import { zoneIndexes, type Refs } from '../../stack/refs.js';
import { attr, resource } from '../../stack/stack.js';

/** Redis 7 with password and TLS, encrypted at rest; it never evicts, as queues need it. */
export function synth(config: Config, refs: Refs): SynthPart {
  return config.redis === undefined ? {} : cache(config, config.redis, refs);
}

/** A deploy makes another with each new group, and `infra:destroy` gives a name of its own: the snapshot's name must be free. */
const snapshotSuffix = 'terraform_data.redis_final_snapshot';
const firstToken = 'terraform_data.redis_token';

function cache(config: Config, redis: RedisConfig, refs: Refs): SynthPart {
  const name = refs.name(40, 'redis');
  const replicated = redis.replicas > 0;
  return {
    resources: [
      resource('aws_elasticache_subnet_group.main', {
        name: refs.name(255, 'redis'),
        description: 'Database subnets',
        subnet_ids: zoneIndexes.map((zone) => attr(refs.subnet('database', zone), 'id')),
        tags: { Name: name },
      }),
      resource(
        'aws_elasticache_parameter_group.main',
        {
          name: refs.name(255, 'redis7'),
          family: 'redis7',
          description: 'Never evicts',
          parameter: [{ name: 'maxmemory-policy', value: 'noeviction' }],
          tags: { Name: name },
        },
        { lifecycle: { ignore_changes: ['description'] } },
      ),
      // A throw-away password for the creation alone: `auth_token` has no write-only form, so what stands in the state must not live.
      ...(config.production ? [resource(snapshotSuffix, { input: 'suffix of the final snapshot of Redis' })] : []),
      resource(firstToken, { input: 'first Redis password, replaced by the deploy' }),
      resource(
        refs.cache,
        {
          replication_group_id: name,
          description: `${config.project} ${config.environment}`,
          engine: 'redis',
          engine_version: '7.1',
          node_type: redis.nodeType,
          port: 6379,
          num_cache_clusters: 1 + redis.replicas,
          automatic_failover_enabled: replicated,
          multi_az_enabled: replicated,
          parameter_group_name: attr('aws_elasticache_parameter_group.main', 'name'),
          subnet_group_name: attr('aws_elasticache_subnet_group.main', 'name'),
          security_group_ids: [attr(refs.securityGroup('redis'), 'id')],
          at_rest_encryption_enabled: 'true',
          kms_key_id: attr(refs.key, 'arn'),
          transit_encryption_enabled: true,
          transit_encryption_mode: 'required',
          auth_token: attr(firstToken, 'id'),
          auth_token_update_strategy: 'ROTATE',
          auto_minor_version_upgrade: 'true',
          apply_immediately: !config.production,
          snapshot_retention_limit: config.production ? 7 : 0,
          ...(config.production && {
            final_snapshot_identifier: template`${refs.name(200, 'redis-final')}-${attr(snapshotSuffix, 'id')}`,
          }),
          tags: { Name: name },
        },
        // The deploy sets the real password, from Secrets Manager.
        { lifecycle: { ignore_changes: ['auth_token'] } },
      ),
    ],
  };
}

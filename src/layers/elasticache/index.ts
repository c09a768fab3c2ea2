import { inert, type Layer } from '../../stack/layer.js';
import { parameterGroup, replicationGroup } from './local/replication-group.js';
import { synth } from './synth.js';

/** ElastiCache for Redis. */
export const elasticache: Layer<
  'aws_elasticache_parameter_group' | 'aws_elasticache_replication_group' | 'aws_elasticache_subnet_group'
> = {
  name: 'elasticache',
  synth,
  cost: {
    aws_elasticache_parameter_group: 'free',
    aws_elasticache_replication_group: 'unpriced',
    aws_elasticache_subnet_group: 'free',
  },
  audit: [],
  scannerSkips: (config) =>
    config.redis === undefined || config.redis.replicas > 0
      ? []
      : [{ check: 'CKV2_AWS_50', reason: 'One node has nothing to fail over to: redis.replicas adds one.' }],
  local: {
    aws_elasticache_parameter_group: parameterGroup,
    aws_elasticache_replication_group: replicationGroup,
    aws_elasticache_subnet_group: inert('One machine has one network.', ({ args }) => ({ name: args['name'] })),
  },
};

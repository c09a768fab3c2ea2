import type { Config } from '../../../config/config.js';
import type { Refs } from '../../../stack/refs.js';
import { cacheNodes, database, type CacheNode } from '../metrics.js';
import type { Alarm } from './alarm.js';
import { maxConnections, memoryOf } from './instance-memory.js';

const GiB = 2 ** 30;
const steady = { seconds: 300, windows: 3, missing: 'missing' } as const;

/** PostgreSQL at its limits. Those of connections and memory follow the instance class: of an unknown class they are left out. */
export function databaseAlarms(config: Config, refs: Refs): readonly Alarm[] {
  if (config.postgres === undefined) return [];
  const { instanceClass, allocatedStorageGb } = config.postgres;
  const metric = database(refs);
  const memory = memoryOf(instanceClass);
  return [
    {
      ...steady,
      what: 'database-storage-low',
      where: 'everywhere',
      description: `Less than 20 % of the database's ${String(allocatedStorageGb)} GiB is free; a full disk stops every service that writes. Raise postgres.allocatedStorageGb (without downtime; it cannot be lowered again), or delete what nobody needs.`,
      watch: { metric: metric('FreeStorageSpace'), statistic: 'Minimum' },
      limit: { below: Math.floor(allocatedStorageGb * GiB * 0.2) },
    },
    {
      ...steady,
      what: 'database-cpu-high',
      where: 'production',
      description:
        'PostgreSQL has used at least 80 % of its CPU for 15 minutes. Look for a missing index or a heavy query first; else raise postgres.instanceClass (t3 and t4g also slow down once their CPU credits are spent).',
      watch: { metric: metric('CPUUtilization'), statistic: 'Average' },
      limit: { atLeast: 80 },
    },
    ...(memory === undefined ? [] : memoryAlarms(refs, instanceClass, memory)),
  ];
}

function memoryAlarms(refs: Refs, instanceClass: string, memory: number): readonly Alarm[] {
  const metric = database(refs);
  const connections = maxConnections(memory);
  return [
    {
      ...steady,
      what: 'database-connections-high',
      where: 'production',
      description: `At least 80 % of the about ${String(connections)} connections that a ${instanceClass} takes are open; beyond all of them services get "too many clients". Lower the services' pool sizes or maxInstances, or raise postgres.instanceClass.`,
      watch: { metric: metric('DatabaseConnections'), statistic: 'Maximum' },
      limit: { atLeast: Math.floor(connections * 0.8) },
    },
    {
      ...steady,
      what: 'database-memory-low',
      where: 'production',
      description: `For 15 minutes less than 5 % of the memory of the ${instanceClass} has been free: PostgreSQL gets slow, and may be restarted. Open fewer connections, or raise postgres.instanceClass.`,
      watch: { metric: metric('FreeableMemory'), statistic: 'Average' },
      limit: { below: Math.floor(memory * 0.05) },
    },
  ];
}

/** Redis at its limits, each node by itself. */
export const cacheAlarms = (config: Config, refs: Refs): readonly Alarm[] =>
  cacheNodes(config, refs).flatMap(nodeAlarms);

/**
 * `EngineCPUUtilization` is the one thread that Redis runs commands on.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html (read 2026-11-25)
 */
function nodeAlarms({ number, metrics }: CacheNode): readonly Alarm[] {
  return [
    {
      ...steady,
      what: `redis-${number}-memory-high`,
      where: 'production',
      description: `Redis node ${number} is 80 % full. It evicts nothing (queues need that), so once full it refuses writes. Give cached keys a time to live, remove finished jobs, or raise redis.nodeType.`,
      watch: { metric: metrics('DatabaseMemoryUsagePercentage'), statistic: 'Maximum' },
      limit: { atLeast: 80 },
    },
    {
      ...steady,
      what: `redis-${number}-cpu-high`,
      where: 'production',
      description: `The one thread on which Redis node ${number} runs commands has been at least 90 % busy for 15 minutes. Look for slow commands (KEYS, large sorted sets, long Lua scripts); else raise redis.nodeType.`,
      watch: { metric: metrics('EngineCPUUtilization'), statistic: 'Average' },
      limit: { atLeast: 90 },
    },
  ];
}

import { z } from 'zod';
import type { LocalContext } from '../../../local/contract/context.js';

const groupSchema = z.object({
  name: z.string(),
  parameter: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
});

/**
 * Memory of the small node types in bytes. Larger ones have no limit here: the machine's own memory is one.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html (not re-read)
 */
const memoryOf: Readonly<Record<string, number>> = {
  micro: 536_870_912,
  small: 1_471_026_299,
  medium: 3_317_862_236,
};

/** The share of a node's memory that data may not take. */
const reserved = 'reserved-memory-percent';

/**
 * What the server is to be set to: the group's parameters, and as `maxmemory` what the node type leaves for data (three quarters, or what
 * `reserved-memory-percent` says: a `cache.t3.micro` has 402,653,184 bytes).
 * @see https://aws.amazon.com/premiumsupport/knowledge-center/available-memory-elasticache-redis-node/ (read 2026-11-25)
 */
export function parametersOf(groupName: unknown, nodeType: unknown, ctx: LocalContext): ReadonlyMap<string, string> {
  const group = ctx
    .all('aws_elasticache_parameter_group')
    .map((address) => groupSchema.parse(ctx.argumentsOf(address)))
    .find(({ name }) => name === groupName);
  const all = new Map(group?.parameter.map(({ name, value }) => [name, value]) ?? []);
  const percent = Number(all.get(reserved) ?? 25);
  all.delete(reserved);
  const [, size = ''] = /^cache\.t[34]g?\.(\w+)$/.exec(String(nodeType)) ?? [];
  const memory = memoryOf[size];
  if (memory !== undefined) all.set('maxmemory', String(Math.floor((memory * (100 - percent)) / 100)));
  return all;
}

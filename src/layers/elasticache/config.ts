import { z } from 'zod';

/** The specification's values; production has one replica. */
export const redisDefaults = { nodeType: 'cache.t3.micro' } as const;

/** ElastiCache's part of an environment. */
export const redisOptions = z.strictObject({
  nodeType: z
    .string()
    .regex(/^cache\.[a-z][a-z0-9]*\.[a-z0-9]+$/, 'a cache node type such as `cache.t3.micro`')
    .optional()
    .meta({ description: 'ElastiCache node type.', default: redisDefaults.nodeType }),
  replicas: z
    .int()
    .min(0)
    .max(5)
    .optional()
    .describe('Replicas besides the primary. Default: 1 in production, else 0.'),
});

/** ElastiCache's keys of a service that runs as tasks. */
export const redisKeys = {
  redis: z.boolean().optional().meta({ description: 'It uses Redis. The service gets `REDIS_URL`.', default: false }),
};

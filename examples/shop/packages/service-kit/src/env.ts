import { z } from 'zod';

const serverEnv = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535),
  HOST: z.string().min(1).default('0.0.0.0'),
});

const databaseEnv = z.object({
  DATABASE_URL: z.string().min(1),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).default(5),
});

const redisEnv = z.object({ REDIS_URL: z.url({ protocol: /^rediss?$/ }) });

export type DatabaseEnv = z.output<typeof databaseEnv>;
export type RedisEnv = z.output<typeof redisEnv>;

/** Reads the named variables, or throws one error that lists every wrong one. Values are never in the message. */
export function readEnv<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv = process.env): z.output<T> {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The environment is incomplete. ${problems.join('; ')}`);
}

export const readServerEnv = (env?: NodeJS.ProcessEnv) => readEnv(serverEnv, env);
export const readDatabaseEnv = (env?: NodeJS.ProcessEnv) => readEnv(databaseEnv, env);
export const readRedisEnv = (env?: NodeJS.ProcessEnv) => readEnv(redisEnv, env);

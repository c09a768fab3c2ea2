import type { Redis } from 'ioredis';

/** Where a server is, and how the plane speaks to it. */
export interface AdminAccess {
  /** Path of its Unix socket. */
  readonly socket: string;
  readonly password: string;
  /** What `CONFIG` is called there: users have no such command. */
  readonly config: string;
}

/** Does something over a connection of its own. @throws Error in the server's words */
async function withConnection<T>(access: AdminAccess, work: (redis: Redis) => Promise<T>): Promise<T> {
  // Loaded when it is needed: commands that only synthesise start faster.
  const { Redis } = await import('ioredis');
  const redis = new Redis({
    path: access.socket,
    password: access.password,
    lazyConnect: true,
    connectTimeout: 5000,
    commandTimeout: 5000,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // Whoever uses the connection hears of its end by the failed command.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Resolves when the server answers. @throws Error while it loads its data, or when it cannot be reached */
export async function ping(access: AdminAccess): Promise<void> {
  await withConnection(access, (redis) => redis.ping());
}

/** New connections need the new password; those that stand stay, as on ElastiCache. */
export async function changePassword(access: AdminAccess, password: string): Promise<void> {
  await withConnection(access, (redis) => redis.call(access.config, 'SET', 'requirepass', password));
}

/** Sets each parameter that the server knows. @returns those that it refused */
export async function configure(
  access: AdminAccess,
  parameters: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  return withConnection(access, async (redis) => {
    const refused: string[] = [];
    for (const [name, value] of parameters)
      await redis.call(access.config, 'SET', name, value).catch((error: unknown) => {
        if (redis.status !== 'ready') throw error;
        refused.push(name);
      });
    return refused;
  });
}

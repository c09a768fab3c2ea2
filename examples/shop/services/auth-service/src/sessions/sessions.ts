import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { z } from 'zod';

const session = z.object({ id: z.uuid(), userId: z.string(), email: z.string(), since: z.iso.datetime() });

/** Who signed in when. Its id is the token's `jti`. */
export type Session = z.output<typeof session>;

type Store = Pick<Redis, 'set' | 'get' | 'del'>;

/** Sessions in Redis, where they end by themselves with their token. */
export class Sessions {
  constructor(
    private readonly redis: Store,
    private readonly ttlSeconds: number,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async begin(user: { readonly id: string; readonly email: string }): Promise<Session> {
    const begun = { id: randomUUID(), userId: user.id, email: user.email, since: this.now().toISOString() };
    await this.redis.set(keyOf(begun.id), JSON.stringify(begun), 'EX', this.ttlSeconds);
    return begun;
  }

  /** Undefined when it has ended. */
  async find(id: string): Promise<Session | undefined> {
    const kept = await this.redis.get(keyOf(id));
    return kept === null ? undefined : session.parse(JSON.parse(kept));
  }

  async end(id: string): Promise<void> {
    await this.redis.del(keyOf(id));
  }
}

const keyOf = (id: string): string => `session:${id}`;

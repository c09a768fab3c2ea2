import { z } from 'zod';
import { LandfallError } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { CacheTokens } from './cache.js';
import { randomValue } from './random.js';
import type { SecretVersion, SecretVersions } from './versions.js';

export interface RedisRotation {
  readonly cache: CacheTokens;
  /** Of the secret `shared/REDIS`: JSON with `url` and `password`. */
  readonly versions: SecretVersions;
  /** Gives services that use Redis new tasks. */
  readonly restart: () => Promise<unknown>;
  /** Starts a rotation when none is under way; else only what is under way is finished, and the first token replaced. */
  readonly fresh: boolean;
  readonly emit: Emit;
}

/**
 * Makes the secret's password the only one that Redis accepts. After the first deploy that replaces the throw-away token of the
 * creation. A fresh rotation goes: new password beside the secret's → Redis accepts both → the secret has the new one → services restart
 * → Redis accepts the new one alone. Killed at any step and run again it goes on from there; services can connect all the while.
 * @returns whether anything was done
 * @throws LandfallError `REDIS_SECRET_UNREADABLE`, `CACHE_SLOW`, and those of AWS and of the restart
 */
export async function rotateRedis(rotation: RedisRotation): Promise<boolean> {
  const { cache, versions, fresh } = rotation;
  const { createdAt, tokenChangedAt } = await cache.describe();
  // A mark for this very group: one made anew under the same name starts with a throw-away token again.
  const mark = `landfall-redis-${String(createdAt?.getTime() ?? 0)}`;
  const current = await versions.at('AWSCURRENT');
  if (current === undefined) throw unreadable('has no value');
  const underWay = await versions.at('AWSPENDING');
  if (underWay === undefined && !fresh && current.stages.includes(mark)) return false;
  const wanted = underWay ?? (fresh ? await versions.propose(withNewPassword(current)) : current);
  await step(rotation, 'Let Redis accept the password of its secret', async () => {
    // Nobody but Landfall changes the token: one that was changed after the value was made has it.
    if (!isLater(tokenChangedAt, wanted.createdAt)) await cache.change(passwordOf(wanted), 'rotate');
  });
  if (wanted !== current) {
    await versions.promote(wanted);
    await rotation.restart();
  }
  await step(rotation, 'Let Redis accept no other password', () => cache.change(passwordOf(wanted), 'set'));
  await versions.mark(wanted, mark);
  if (wanted !== current) await versions.settle(wanted);
  return true;
}

async function step({ emit }: RedisRotation, label: string, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  emit({ type: 'step', id: label, label, status: 'started' });
  try {
    await work();
    emit({ type: 'step', id: label, label, status: 'done', milliseconds: performance.now() - started });
  } catch (error) {
    emit({ type: 'step', id: label, label, status: 'failed' });
    throw error;
  }
}

const isLater = (a: Date | undefined, b: Date | undefined): boolean => a !== undefined && b !== undefined && a > b;

const secretSchema = z.object({ url: z.string(), password: z.string().min(16) });

function read({ value }: SecretVersion): z.infer<typeof secretSchema> {
  try {
    return secretSchema.parse(JSON.parse(value));
  } catch {
    // The parser's words could quote the value.
    throw unreadable('is not JSON with a url and a password of 16 characters or more');
  }
}

const passwordOf = (version: SecretVersion): string => read(version).password;

function withNewPassword(version: SecretVersion): string {
  const { url, password } = read(version);
  const next = randomValue(64);
  return JSON.stringify({ url: url.replace(`:${password}@`, `:${next}@`), password: next });
}

const unreadable = (why: string): LandfallError =>
  new LandfallError({
    code: 'REDIS_SECRET_UNREADABLE',
    message: `The secret shared/REDIS ${why}.`,
    fix: 'Give it both again with landfall secrets:set shared/REDIS: {"url": "rediss://:<password>@<host>:6379", "password": "<password>"}.',
  });

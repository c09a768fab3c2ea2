import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeAccount, type FakeAccount } from '../testing/aws.js';
import { FakeSecretsManager } from '../testing/secrets-manager.js';
import type { CacheTokens } from './cache.js';
import { rotateGenerated, withNewPassword } from './generated.js';
import { rotateRedis } from './redis.js';
import { secretVersions } from './versions.js';

const name = 'shop/dev/shared/REDIS';
const first = 'first-password-of-the-secret';
let manager: FakeSecretsManager;
let account: FakeAccount;

beforeEach(async () => {
  manager = new FakeSecretsManager();
  manager.add(name, JSON.stringify({ url: `rediss://:${first}@redis:6379`, password: first }));
  account = await fakeAccount(manager.operations);
});

afterEach(() => account.stop());

const passwordAt = (stage: string) =>
  (JSON.parse(manager.value(name, stage) ?? '{}') as { readonly password?: string }).password;

/** A replication group as ElastiCache keeps its tokens: ROTATE adds one, and drops the older of two; SET leaves one. */
class Cache implements CacheTokens {
  accepted: readonly string[] = ['throw-away'];
  changes: string[] = [];
  #changedAt: Date | undefined;

  describe() {
    return Promise.resolve({ createdAt: new Date(1000), tokenChangedAt: this.#changedAt });
  }

  change(token: string, strategy: 'rotate' | 'set') {
    this.accepted = strategy === 'set' ? [token] : [...new Set([...this.accepted, token])].slice(-2);
    this.changes.push(strategy);
    this.#changedAt = new Date();
    return Promise.resolve();
  }
}

/** Fails at the nth step that touches anything, as a kill would: what was done before stays. */
function rotation(cache: Cache, fresh: boolean, failAt = Infinity) {
  let steps = 0;
  const checked = async <T>(work: () => Promise<T>): Promise<T> => {
    steps += 1;
    if (steps === failAt) throw new Error('killed');
    return work();
  };
  const versions = secretVersions(account.session, name);
  const inUse: string[] = [];
  const run = () =>
    rotateRedis({
      cache: { describe: () => cache.describe(), change: (...args) => checked(() => cache.change(...args)) },
      versions: {
        at: versions.at,
        propose: (value) => checked(() => versions.propose(value)),
        promote: (version) => checked(() => versions.promote(version)),
        settle: (version) => checked(() => versions.settle(version)),
        mark: (...args) => checked(() => versions.mark(...args)),
      },
      restart: () => checked(() => Promise.resolve(void inUse.push(passwordAt('AWSCURRENT') ?? ''))),
      fresh,
      emit: () => undefined,
    });
  return { run, inUse };
}

describe('the password of Redis', () => {
  test('after the first deploy is the secret’s; a second deploy does nothing', async () => {
    const cache = new Cache();
    expect(await rotation(cache, false).run()).toBe(true);
    expect(cache.accepted).toEqual([first]);
    expect(cache.changes).toEqual(['rotate', 'set']);
    expect(await rotation(cache, false).run()).toBe(false);
  });

  test('rotates with an overlap: services restart while both are accepted', async () => {
    const cache = new Cache();
    await rotation(cache, false).run();
    const { run, inUse } = rotation(cache, true);
    await run();
    const next = passwordAt('AWSCURRENT');
    expect(next).not.toBe(first);
    expect(manager.value(name)).toContain(`rediss://:${String(next)}@redis:6379`);
    expect(inUse).toEqual([next]);
    expect(cache.accepted).toEqual([next]);
    expect(manager.value(name, 'AWSPENDING')).toBeUndefined();
  });

  test.each([1, 2, 3, 4, 5, 6, 7])(
    'killed at step %i and run again ends the same, and never locks services out',
    async (failAt) => {
      const cache = new Cache();
      await rotation(cache, false).run();
      await expect(rotation(cache, true, failAt).run()).rejects.toThrow('killed');
      expect(cache.accepted).toContain(passwordAt('AWSCURRENT'));
      const proposed = passwordAt('AWSPENDING');
      await rotation(cache, failAt === 1).run();
      expect(cache.accepted).toEqual([passwordAt('AWSCURRENT')]);
      if (proposed !== undefined) expect(passwordAt('AWSCURRENT')).toBe(proposed);
      expect(manager.value(name, 'AWSPENDING')).toBeUndefined();
    },
  );
});

test('a generated value goes on with the same new one after a kill between its steps', async () => {
  manager.add('shop/dev/offers-service/DATABASE_URL', 'postgres://offers:old@db:5432/offers_db?sslmode=verify-full');
  const versions = secretVersions(account.session, 'shop/dev/offers-service/DATABASE_URL');
  const spread: string[] = [];
  const run = (restart: () => Promise<void>) =>
    rotateGenerated({
      key: 'offers-service/DATABASE_URL',
      versions,
      renew: withNewPassword,
      spread: async () => void spread.push((await versions.at('AWSCURRENT'))?.value ?? ''),
      restart,
    });
  await expect(run(() => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
  await run(() => Promise.resolve());
  expect(spread[0]).toMatch(/^postgres:\/\/offers:\w{40}@db:5432\/offers_db\?sslmode=verify-full$/);
  expect(spread[1]).toBe(spread[0]);
  expect(await versions.at('AWSPENDING')).toBeUndefined();
});

test.each(['offers-service/DATABASE_URL', 'wake/TOKEN'])(
  '%s without a value, as before the first deploy, is not rotated',
  async (key) => {
    manager.add(`shop/dev/${key}`);
    const versions = secretVersions(account.session, `shop/dev/${key}`);
    const renew = key.endsWith('URL') ? withNewPassword : () => 'made up';
    const nothing = () => Promise.resolve();
    await expect(rotateGenerated({ key, versions, renew, spread: nothing, restart: nothing })).rejects.toMatchObject({
      code: 'SECRET_WITHOUT_VALUE',
      message: `${key} has no value yet: nothing is deployed.`,
      path: key,
    });
    expect(await versions.at('AWSPENDING')).toBeUndefined();
  },
);

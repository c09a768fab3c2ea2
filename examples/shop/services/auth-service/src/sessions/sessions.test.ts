import { expect, test } from 'vitest';
import { Sessions } from './sessions.js';

/** Redis as far as sessions use it; notes the lifetimes it was told. */
function fakeStore() {
  const kept = new Map<string, string>();
  const lifetimes: unknown[] = [];
  const store = {
    set: (key: string, value: string, _unit: string, seconds: number) => {
      lifetimes.push(seconds);
      kept.set(key, value);
      return Promise.resolve('OK');
    },
    get: (key: string) => Promise.resolve(kept.get(key) ?? null),
    del: (key: string) => Promise.resolve(Number(kept.delete(key))),
  };
  return { store: store as unknown as ConstructorParameters<typeof Sessions>[0], lifetimes };
}

const ann = { id: 'ann', email: 'ann@shop.example' };

test('keeps a session as long as its token, until it is ended', async () => {
  const { store, lifetimes } = fakeStore();
  const sessions = new Sessions(store, 3_600, () => new Date('2026-01-01T00:00:00Z'));
  const { id } = await sessions.begin(ann);
  expect(lifetimes).toEqual([3_600]);
  expect(await sessions.find(id)).toEqual({
    id,
    userId: 'ann',
    email: ann.email,
    since: '2026-01-01T00:00:00.000Z',
  });
  await sessions.end(id);
  expect(await sessions.find(id)).toBeUndefined();
});

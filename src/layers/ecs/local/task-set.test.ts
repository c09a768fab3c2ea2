import { expect, it } from 'vitest';
import { roll } from './rolling.js';
import { fakeTasks, idsOf, whileTimePasses, type FakeTasks } from './testing/fake-tasks.js';

async function steady(count: number, fake: FakeTasks = fakeTasks(), maximumPercent = 200) {
  const set = fake.set({ maximumPercent });
  await whileTimePasses(fake, roll(undefined, set, fake.rolling(count, { maximumPercent })));
  return { ...fake, set, ids: () => idsOf(set) };
}

it('replaces an unhealthy task when its successor is healthy', async () => {
  const { set, clock, setHealth, stopped, ids } = await steady(2);
  setHealth('t1', 'unhealthy');
  await clock.advance(4_000);
  expect([ids(), stopped]).toEqual([['t2', 't3'], ['t1']]);
  await set.stop();
  expect(clock.waiting).toBe(0);
});

it('stops an unhealthy task first where no more than the desired count may run', async () => {
  const { clock, setHealth, stopped, ids, seen } = await steady(2, fakeTasks(), 100);
  setHealth('t1', 'unhealthy');
  await clock.advance(4_000);
  expect([ids(), stopped, seen.most]).toEqual([['t2', 't3'], ['t1'], 2]);
});

it('keeps an unhealthy task while no successor becomes healthy, and tries again', async () => {
  const { clock, setHealth, stopped, next, ids } = await steady(1);
  next.fate = 'initial';
  setHealth('t1', 'unhealthy');
  await clock.advance(62_000);
  expect([stopped[0], ids()[0]]).toEqual(['t2', 't1']);
  next.fate = 'healthy';
  await clock.advance(62_000);
  expect(stopped).toContain('t1');
  expect(ids()).toHaveLength(1);
});

it('replaces a task that ended, and those that end later ever more slowly', async () => {
  const { clock, end, ids, lines } = await steady(1);
  for (const id of ['t1', 't2', 't3']) {
    end(id);
    await clock.advance(4_000);
  }
  expect(ids()).toEqual(['t4']);
  expect(lines.map((line) => line.split(' ').at(-2))).toEqual(['0.5', '1', '2']);
});

it('begins with the shortest wait again after a calm minute', async () => {
  const { clock, end, lines } = await steady(1);
  end('t1');
  await clock.advance(62_000);
  end('t2');
  await clock.advance(1_000);
  expect(lines.map((line) => line.split(' ').at(-2))).toEqual(['0.5', '0.5']);
});

it('goes on trying while replacements crash', async () => {
  const { clock, end, ids, next, lines } = await steady(1);
  next.fate = 'crashes';
  end('t1');
  await clock.advance(10_000);
  expect(ids()).toEqual([]);
  expect(lines.length).toBeGreaterThan(3);
  next.fate = 'healthy';
  await clock.advance(30_000);
  expect(ids()).toHaveLength(1);
});

it('starts nothing once it is stopped', async () => {
  const { set, clock, end, ids } = await steady(1);
  end('t1');
  await clock.advance(100);
  await set.stop();
  await clock.advance(60_000);
  expect(ids()).toEqual([]);
});

it('starts what is missing and takes away what is too many', async () => {
  const { set, clock, ids, stopped, setHealth } = await steady(1);
  set.scaleTo(4);
  await clock.advance(100);
  expect(ids()).toEqual(['t1', 't2', 't3', 't4']);
  setHealth('t2', 'initial');
  set.scaleTo(2);
  await clock.advance(4_000);
  expect([ids(), stopped.toSorted()]).toEqual([
    ['t1', 't3'],
    ['t2', 't4'],
  ]);
});

it('is found by name while it serves, and not when it is unhealthy or has ended', async () => {
  const { clock, end, named, setHealth, next } = await steady(2);
  expect([...named]).toEqual(['t1', 't2']);
  next.fate = 'initial';
  setHealth('t1', 'unhealthy');
  end('t2');
  await clock.advance(1_000);
  expect([...named]).toEqual([]);
  setHealth('t1', 'healthy');
  await clock.advance(1_000);
  expect([...named]).toEqual(['t1']);
});

import { expect, it } from 'vitest';
import { createCloudClock } from './cloud-clock.js';
import { createFakeClock } from './testing/fake-clock.js';

function clocks() {
  const base = createFakeClock();
  const cloud = createCloudClock(base);
  const fired: string[] = [];
  const start = base.now();
  const tick = (name: string) => () => void fired.push(`${name} at ${String((cloud.now() - start) / 1000)}`);
  return { base, cloud, fired, tick };
}

it('is the machine’s time until it is told otherwise', async () => {
  const { base, cloud, fired, tick } = clocks();
  cloud.after(60_000, tick('minute'));
  await base.advance(59_999);
  expect(fired).toEqual([]);
  await base.advance(1);
  expect(fired).toEqual(['minute at 60']);
  expect(cloud.now()).toBe(base.now());
});

it('runs faster, timers that wait included', async () => {
  const { base, cloud, fired, tick } = clocks();
  cloud.after(60_000, tick('before'));
  await base.advance(30_000);
  cloud.setSpeed(10);
  cloud.after(60_000, tick('after'));
  await base.advance(3000);
  expect(fired).toEqual(['before at 60']);
  await base.advance(3000);
  expect(fired).toEqual(['before at 60', 'after at 90']);
});

it('moves on at once, and fires in order what is due meanwhile', async () => {
  const { base, cloud, fired, tick } = clocks();
  const again = (left: number): void => {
    if (left === 0) return;
    cloud.after(60_000, () => {
      tick('minute')();
      again(left - 1);
    });
  };
  again(4);
  cloud.after(90_000, tick('once'));
  await cloud.advance(150_000);
  expect(fired).toEqual(['minute at 60', 'once at 90', 'minute at 120']);
  await base.advance(30_000);
  expect(fired.at(-1)).toBe('minute at 180');
  expect(cloud.now() - base.now()).toBe(150_000);
});

it('forgets what was cancelled', async () => {
  const { cloud, fired, tick } = clocks();
  cloud.after(1000, tick('never'))();
  await cloud.advance(2000);
  expect(fired).toEqual([]);
});

import { expect, it } from 'vitest';
import { createFakeClock } from '../../../../local/testing/fake-clock.js';
import { RateWindow } from './rate-window.js';

it('counts what came in the window alone, key by key', async () => {
  const clock = createFakeClock();
  const window = new RateWindow(60, clock);
  expect([window.count('a'), window.count('a'), window.count('b')]).toEqual([1, 2, 1]);
  await clock.advance(59_000);
  expect(window.count('a')).toBe(3);
  await clock.advance(1000);
  expect(window.count('a')).toBe(2);
  await clock.advance(60_000);
  expect(window.count('a')).toBe(1);
});

it('forgets who has not been heard of for a window', async () => {
  const clock = createFakeClock();
  const window = new RateWindow(60, clock);
  for (let client = 0; client < 500; client += 1) window.count(String(client));
  await clock.advance(61_000);
  window.count('new');
  expect(window.size).toBe(1);
});

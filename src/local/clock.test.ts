import { expect, test } from 'vitest';
import { realClock } from './clock.js';
import { createFakeClock } from './testing/fake-clock.js';

test('the real clock fires, cancels and aborts', async () => {
  const fired: string[] = [];
  realClock.after(1, () => fired.push('after'));
  realClock.after(1, () => fired.push('cancelled'))();
  const start = realClock.monotonic();
  await realClock.sleep(10);
  expect(fired).toEqual(['after']);
  expect(realClock.monotonic() - start).toBeGreaterThan(8);
  await expect(realClock.sleep(10_000, AbortSignal.abort('stop'))).rejects.toBe('stop');
  const later = new AbortController();
  const sleeping = realClock.sleep(10_000, later.signal);
  later.abort('later');
  await expect(sleeping).rejects.toBe('later');
});

test('the real clock does not fire at once for delays that Node cannot hold', async () => {
  let fired = false;
  const cancel = realClock.after(40 * 24 * 3_600_000, () => (fired = true));
  await realClock.sleep(10);
  cancel();
  expect(fired).toBe(false);
});

test('the fake clock fires timers in order, each at its own time', async () => {
  const clock = createFakeClock(1000);
  const fired: [string, number][] = [];
  clock.after(20, () => fired.push(['b', clock.now()]));
  clock.after(10, () => {
    fired.push(['a', clock.now()]);
    clock.after(5, () => fired.push(['nested', clock.monotonic()]));
  });
  clock.after(500, () => fired.push(['too late', 0]));
  const loop = (async () => {
    await clock.sleep(10);
    await clock.sleep(10);
    fired.push(['slept', clock.now()]);
  })();
  await clock.advance(30);
  await loop;
  expect(fired).toEqual([
    ['a', 1010],
    ['nested', 15],
    ['b', 1020],
    ['slept', 1020],
  ]);
  expect([clock.now(), clock.waiting]).toEqual([1030, 1]);
});

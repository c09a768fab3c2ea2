import { describe, expect, test } from 'vitest';
import { tokenCheck } from './token.js';

/** A secret and a clock that the test turns. */
function place(secret: string) {
  const state = { secret, now: 0, reads: 0 };
  const check = tokenCheck(
    () => {
      state.reads += 1;
      return Promise.resolve(state.secret);
    },
    () => state.now,
  );
  return { state, check };
}

describe('the token', () => {
  test('is read once in five minutes', async () => {
    const { state, check } = place('right');
    expect(await check('right')).toBe(true);
    state.now = 299_999;
    expect(await check('right')).toBe(true);
    expect(state.reads).toBe(1);
    state.now = 300_000;
    expect(await check('right')).toBe(true);
    expect(state.reads).toBe(2);
  });

  test('is refused when wrong, a prefix, or longer', async () => {
    const { check } = place('right');
    for (const wrong of ['', 'r', 'righ', 'right ', 'wrong']) expect(await check(wrong), wrong).toBe(false);
  });

  test('that was rotated is found at the first call with it', async () => {
    const { state, check } = place('old');
    await check('old');
    state.secret = 'new';
    state.now = 60_000;
    expect(await check('new')).toBe(true);
    expect(await check('old')).toBe(false);
    expect(state.reads).toBe(2);
  });

  test('makes no more than one read in 30 seconds, however many are wrong', async () => {
    const { state, check } = place('right');
    for (let second = 0; second < 60; second += 1) {
      state.now = second * 1000;
      for (let call = 0; call < 10; call += 1) expect(await check('wrong')).toBe(false);
    }
    expect(state.reads).toBe(2);
  });

  test('that is empty lets nobody in', async () => {
    const { check } = place('');
    await expect(check('')).rejects.toThrow('The secret of the wake-up token is empty.');
  });
});

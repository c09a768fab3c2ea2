import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LandfallEvent } from '../../base/events.js';
import type { AwsSession } from '../aws/session.js';
import { fakeWaiting } from '../testing/waiting.js';
import { conditionalBucket } from '../testing/conditional-bucket.js';
import { withClaim, type Claiming } from './claim.js';

let account: Awaited<ReturnType<typeof conditionalBucket>>;
let folder: string;
beforeEach(async () => {
  account = await conditionalBucket();
  folder = await mkdtemp(join(tmpdir(), 'landfall-claim-'));
});
afterEach(async () => {
  await account.stop();
  await rm(folder, { recursive: true });
});

const machine = (name: string, more: Partial<Claiming> = {}, session: AwsSession = account.session): Claiming => ({
  session,
  bucket: 'state',
  ownFile: join(folder, name),
  waiting: fakeWaiting(),
  emit: () => undefined,
  ...more,
});

/** Work that goes on until it is told to end, with signs of life when asked for. */
function held(name: string) {
  let beat: () => void = () => undefined;
  let end: () => void = () => undefined;
  const work = new Promise<void>((resolve) => (end = resolve));
  const beats = async function* (signal: AbortSignal) {
    for (;;) {
      await new Promise<void>((resolve) => {
        beat = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      signal.throwIfAborted();
      yield undefined;
    }
  };
  const warned: string[] = [];
  const emit = (event: LandfallEvent) => event.type === 'warning' && warned.push(event.problem.code);
  let begin: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (begin = resolve));
  let isHeld = () => false;
  const ended = withClaim(machine(name, { beats, emit: (event) => void emit(event) }), (still) => {
    isHeld = still;
    begin();
    return work;
  });
  return { started, ended, warned, isHeld: () => isHeld(), beat: () => beat(), end: () => end() };
}

test('one machine after the other: the claim is gone afterwards, also when the work fails', async () => {
  await expect(withClaim(machine('a'), () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(account.object).toBeUndefined();
  expect(await withClaim(machine('b'), () => Promise.resolve('done'))).toBe('done');
  expect(account.object).toBeUndefined();
});

test('another machine that gives a sign of life is told with its owner, and goes on', async () => {
  const first = held('a');
  await first.started;
  const waiting = { ...fakeWaiting(), sleep: () => (first.beat(), account.changed()) };
  const second = withClaim(machine('b', { waiting }), () => Promise.resolve());
  await expect(second).rejects.toMatchObject({
    code: 'DEPLOYMENT_RUNNING',
    message: expect.stringContaining('arn:aws:iam::111122223333:user/ada') as string,
  });
  first.end();
  await first.ended;
  expect(account.object).toBeUndefined();
});

test('a claim without a sign of life is taken over after 45 s', async () => {
  const first = held('a');
  await first.started;
  const waiting = fakeWaiting();
  const second = withClaim(machine('b', { waiting }), async () => {
    first.beat();
    expect(first.isHeld()).toBe(true);
    await expect.poll(() => first.warned).toEqual(['DEPLOYMENT_TAKEN_OVER']);
    expect(first.isHeld()).toBe(false);
    first.end();
    await first.ended;
    expect(account.object).toContain('"beat":0');
  });
  await second;
  expect(waiting.slept).toBe(45_000);
  expect(account.object).toBeUndefined();
});

test('a claim that ends while it is watched is followed by the next', async () => {
  const first = held('a');
  await first.started;
  const waiting = { ...fakeWaiting(), sleep: () => (first.end(), first.ended) };
  expect(await withClaim(machine('b', { waiting }), () => Promise.resolve('done'))).toBe('done');
});

test('what a killed command of the same folder left is taken over at once', async () => {
  const killed = held('a');
  await killed.started;
  const waiting = fakeWaiting();
  expect(await withClaim(machine('a', { waiting }), () => Promise.resolve('done'))).toBe('done');
  expect(waiting.slept).toBe(0);
  killed.end();
});

test('a write whose answer is lost is known as its own, at the beginning and in a sign of life', async () => {
  account.loseAnswers(1);
  const first = held('a');
  await first.started;
  expect(account.object).toContain('"beat":0');
  account.loseAnswers(1);
  for (const beat of [1, 2, 3]) {
    first.beat();
    await expect.poll(() => account.object).toContain(`"beat":${String(beat)}`);
    await account.changed(20);
  }
  expect([first.warned, first.isHeld()]).toEqual([[], true]);
  first.end();
  await first.ended;
  expect(account.object).toBeUndefined();
});

test('of several at once one holds it', async () => {
  let inside = 0;
  const most: number[] = [];
  const work = async () => {
    most.push((inside += 1));
    await account.changed(20);
    inside -= 1;
  };
  const ended = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => withClaim(machine(name), work)));
  expect(Math.max(...most)).toBe(1);
  expect(ended.some(({ status }) => status === 'fulfilled')).toBe(true);
});

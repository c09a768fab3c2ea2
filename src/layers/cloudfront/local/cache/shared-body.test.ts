import { PassThrough, type Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SharedBody } from './shared-body.js';

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function shared(limit = 1000) {
  const source = new PassThrough({ highWaterMark: 16 });
  const whole: string[] = [];
  const body = new SharedBody(source, limit, (bytes) => whole.push(bytes.toString()));
  return { source, whole, body };
}

describe('a shared body', () => {
  it('gives every reader all of it, also one that comes later', async () => {
    const { source, whole, body } = shared();
    const first = textOf(body.reader());
    source.write('one ');
    await setImmediate();
    const second = textOf(body.reader());
    source.end('two');
    expect(await Promise.all([first, second])).toEqual(['one two', 'one two']);
    expect(whole).toEqual(['one two']);
  });

  it('gives a chunk before the next one is there', async () => {
    const { source, body } = shared();
    const reader = body.reader();
    source.write('one');
    const chunk: unknown = (await reader[Symbol.asyncIterator]().next()).value;
    expect(String(chunk)).toBe('one');
    source.end();
  });

  it('does not wait for a slow reader', async () => {
    const { source, body } = shared();
    body.reader();
    const fast = textOf(body.reader());
    for (let count = 0; count < 20; count += 1) source.write('0123456789');
    source.end();
    expect((await fast).length).toBe(200);
  });

  it('passes what is too long without handing it over, and takes no more readers', async () => {
    const { source, whole, body } = shared(50);
    const reader = textOf(body.reader());
    for (let count = 0; count < 20; count += 1) source.write('0123456789');
    await setImmediate();
    expect(body.isOpenToReaders).toBe(false);
    source.end();
    expect([(await reader).length, whole]).toEqual([200, []]);
  });

  it('reads what is too long only as fast as its slowest reader', async () => {
    const { source, body } = shared(50);
    body.reader();
    for (let count = 0; count < 100; count += 1) source.write('x'.repeat(10_000));
    const fast = body.reader().resume();
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    expect(source.readableLength + source.writableLength).toBeGreaterThan(500_000);
    expect(fast.readableEnded).toBe(false);
  });

  it('leaves its source when its last reader leaves', async () => {
    const { source, whole, body } = shared();
    const [one, other] = [body.reader(), body.reader()];
    one.destroy();
    await setImmediate();
    expect(source.destroyed).toBe(false);
    other.destroy();
    await setImmediate();
    expect([source.destroyed, whole]).toEqual([true, []]);
  });

  it('fails for its readers when its source breaks off', async () => {
    const { source, whole, body } = shared();
    const reader = textOf(body.reader());
    source.write('one');
    await setImmediate();
    source.destroy(new Error('reset'));
    await expect(reader).rejects.toThrow('reset');
    expect([whole, body.isOpenToReaders]).toEqual([[], false]);
  });
});

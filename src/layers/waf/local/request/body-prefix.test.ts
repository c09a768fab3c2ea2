import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { textOf } from '../testing/web-acl.js';
import { readPrefix } from './body-prefix.js';

it('gives a short body back whole', async () => {
  const { bytes, isCut, body } = await readPrefix(Readable.from([Buffer.from('ab'), Buffer.from('cd')]), 10);
  expect([bytes.toString(), isCut, await textOf(body)]).toEqual(['abcd', false, 'abcd']);
});

it('gives an empty body back empty', async () => {
  const { bytes, isCut, body } = await readPrefix(Readable.from([]), 10);
  expect([bytes.length, isCut, await textOf(body)]).toEqual([0, false, '']);
});

it('takes a body that is as long as the limit for whole', async () => {
  const { isCut, body } = await readPrefix(Readable.from([Buffer.from('12345')]), 5);
  expect([isCut, await textOf(body)]).toEqual([false, '12345']);
});

it('leaves what is over the limit with the client, and loses no byte', async () => {
  let asked = 0;
  const source = new Readable({
    highWaterMark: 1024,
    read() {
      asked += 1;
      this.push(asked > 1000 ? null : Buffer.alloc(1024, asked % 256));
    },
  });
  const { bytes, isCut, body } = await readPrefix(source, 16 * 1024);
  expect([bytes.length, isCut]).toEqual([16 * 1024, true]);
  expect(asked).toBeLessThan(30);
  expect((await textOf(body)).length).toBeGreaterThanOrEqual(1024 * 1000);
  expect(asked).toBe(1001);
});

it.each([10, 11, 20])('gives back what came just before the end: %i bytes', async (size) => {
  const source = Readable.from([Buffer.alloc(size, 'x'), Buffer.from('end')]);
  const { isCut, body } = await readPrefix(source, 10);
  await setImmediate();
  expect([isCut, await textOf(body)]).toEqual([true, `${'x'.repeat(size)}end`]);
});

it('does not wait for the end of a body once it has seen enough', async () => {
  const source = new Readable({ read: () => undefined });
  source.push(Buffer.alloc(20, 'x'));
  const { bytes, body } = await readPrefix(source, 10);
  expect(bytes.length).toBe(10);
  const got: string[] = [];
  body.on('data', (chunk: Buffer) => got.push(chunk.toString()));
  await setImmediate();
  source.push('y');
  await setImmediate();
  expect(got.join('')).toBe(`${'x'.repeat(20)}y`);
});

it('fails when the client leaves', async () => {
  const source = new Readable({ read: () => undefined });
  const reading = readPrefix(source, 10);
  source.destroy();
  await expect(reading).rejects.toMatchObject({ reason: 'aborted' });
  await expect(readPrefix(source, 10)).rejects.toMatchObject({ reason: 'aborted' });
});

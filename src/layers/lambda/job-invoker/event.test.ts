import { expect, test } from 'vitest';
import { readEvent } from './event.js';

const job = { job: 'shop/cleanup', url: 'http://shop.shop.local:3000/cleanup', method: 'POST' };

test('reads a job, whose service, health and origin header need not be there', () => {
  expect(readEvent(job)).toEqual({ ...job, service: undefined, healthUrl: undefined, originVerify: false });
  expect(readEvent({ ...job, originVerify: true, healthUrl: 'https://shop/health' })).toMatchObject({
    originVerify: true,
    healthUrl: 'https://shop/health',
  });
});

test.each([
  [undefined, '"job" is missing'],
  [{ ...job, job: 'a\r\nb: c' }, '"job" is not printable ASCII'],
  [{ ...job, url: undefined }, '"url" is missing'],
  [{ ...job, url: 'file:///etc/passwd' }, '"url" is not an address with http or https'],
  [{ ...job, healthUrl: '/health' }, '"healthUrl" is not an address'],
  [{ ...job, method: 'post' }, '"method" is not one of GET, POST, PUT, PATCH, DELETE'],
  [{ ...job, service: 1 }, '"service" is not a text'],
  [{ ...job, originVerify: 'true' }, '"originVerify" is neither true nor false'],
])('refuses %j', (event, message) => {
  expect(() => readEvent(event)).toThrow(message);
});

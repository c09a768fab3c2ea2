import { describe, expect, it } from 'vitest';
import { createFakePlane } from '../../../../local/testing/fake-context.js';
import { cloudfrontLocal } from '../index.js';
import { Sandbox } from './sandbox.js';

const event = { request: { method: 'GET' } };
const run = (body: string) =>
  new Sandbox(`function handler(event) { ${body} }`, 'test.js', 100).run(event, 0, undefined);

describe('a sandbox', () => {
  it('lets nothing of Node be reached, by whatever way', () => {
    const ways = [
      'this.constructor.constructor("return process")()',
      'event.constructor.constructor("return process")()',
      'event.request.rawQueryString.constructor("return process")()',
      'console.log.constructor("return process")()',
      'require.constructor("return process")()',
      '(function(){}).constructor("return process")()',
      'Object.getPrototypeOf(async function(){}).constructor("return process")()',
    ];
    for (const way of ways) expect(() => run(`return ${way};`), way).toThrow();
    expect(run('return [typeof process, typeof globalThis.process, typeof module, typeof Buffer];')).toEqual(
      Array(4).fill('undefined'),
    );
  });

  it('ends loops, also in promises', () => {
    expect(() => run('while (true) {}')).toThrow('timed out');
    const code = 'async function handler() { await null; for (;;) {} }';
    expect(() => new Sandbox(code, 'test.js', 50).run(event, 0, undefined)).toThrow('timed out');
    expect(() => run('return new Promise(function () {});')).toThrow('did not end');
  });

  it('runs in strict mode, and parses queries', () => {
    expect(() => run('undeclared = 1; return 1;')).toThrow('undeclared');
    const body = "var q = require('querystring'); return [q.parse('a=1&a=2&b=%20'), q.stringify({ a: ['x', 'y z'] })];";
    expect(run(body)).toEqual([{ a: ['1', '2'], b: ' ' }, 'a=x&a=y%20z']);
  });
});

describe('aws_cloudfront_function', () => {
  const apply = (code: string) => {
    const { apply: applied } = createFakePlane();
    return applied(cloudfrontLocal.aws_cloudfront_function, 'aws_cloudfront_function.f', { name: 'f', code });
  };

  it('has the attributes that distributions and outputs read', async () => {
    expect(await apply('function handler(event) { return event.request; }')).toMatchObject({
      id: 'f',
      arn: 'arn:aws:cloudfront::000000000000:function/f',
    });
  });

  it('is refused when it cannot be loaded or is longer than 10 KB', async () => {
    const invalid = { code: 'FUNCTION_INVALID' };
    await expect(async () => apply('function handler(')).rejects.toMatchObject(invalid);
    await expect(async () => apply('var x = 1;')).rejects.toMatchObject(invalid);
    await expect(async () => apply(`function handler() {} // ${'x'.repeat(10_240)}`)).rejects.toMatchObject(invalid);
  });
});

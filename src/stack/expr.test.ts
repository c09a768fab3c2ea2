import { describe, expect, expectTypeOf, test } from 'vitest';
import { concat, Expr, jsonText, referencesIn, template } from './expr.js';
import { attr, dataAttr, variable } from './stack.js';
import { expression } from './terraform-json.js';

const host = attr('aws_lb.main', 'dns_name');
const arn = attr('aws_lb.main', 'arn');

describe('template', () => {
  test('joins text, numbers, references and other templates', () => {
    const inner = template`${host}:${443}`;
    expect(expression(template`https://${inner}/${'path'}`)).toBe('https://${aws_lb.main.dns_name}:443/path');
  });

  test('keeps no empty text between references', () => {
    expect(template`${host}${arn}`.parts).toHaveLength(2);
    expect(template``.parts).toEqual([]);
  });

  test('gives the reference itself when there is nothing else', () => {
    expect(template`${host}`).toEqual(host);
  });
});

test('concat joins with nothing between', () => {
  expect(expression(concat(arn, ':', '*'))).toBe('${aws_lb.main.arn}:*');
});

describe('jsonText', () => {
  test('is JSON in which references stay references', () => {
    const text = expression(jsonText({ host, port: 443, tags: ['a', template`b-${arn}`], on: true, none: null }));
    expect(text).toBe(
      '{"host":"${aws_lb.main.dns_name}","port":443,"tags":["a","b-${aws_lb.main.arn}"],"on":true,"none":null}',
    );
  });

  test('escapes text as JSON does, beside references too', () => {
    const text = jsonText({ 'a"b': template`say "hi"\n${host}` }).parts.map((part) =>
      typeof part === 'string' ? part : 'host.example',
    );
    expect(JSON.parse(text.join(''))).toEqual({ 'a"b': 'say "hi"\nhost.example' });
  });

  test('leaves out what is undefined, as JSON does', () => {
    expect(jsonText({ a: undefined, b: 1 }).parts).toEqual(['{"b":1}']);
    expect(jsonText([undefined, 1]).parts).toEqual(['[null,1]']);
  });
});

test('referencesIn finds references at any depth, in order', () => {
  const found = referencesIn({ a: [{ b: host }, 'text'], c: template`${variable('image')}/${arn}`, d: null, e: 1 });
  expect(found.map(({ target, path }) => [target, ...path].join('.'))).toEqual([
    'aws_lb.main.dns_name',
    'image',
    'aws_lb.main.arn',
  ]);
});

test('an expression refuses to become text or JSON, where its reference would be lost', () => {
  expect(() => JSON.stringify({ host })).toThrow(/jsonText/);
  // That it throws is the point.
  // eslint-disable-next-line @typescript-eslint/restrict-template-expressions
  expect(() => `${host}`).toThrow(/template/);
});

test('an expression is known by the type that it evaluates to', () => {
  expectTypeOf(attr('aws_lb.main', 'dns_name')).toEqualTypeOf<Expr<string>>();
  expectTypeOf(attr('aws_db_instance.main', 'port')).toEqualTypeOf<Expr<number>>();
  expectTypeOf(dataAttr('data.aws_availability_zones.available', 'names', 0)).toExtend<Expr<string>>();
  expectTypeOf(template`${host}`).toEqualTypeOf<Expr<string>>();
});

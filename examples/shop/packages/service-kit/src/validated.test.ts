import { BadRequestException } from '@nestjs/common';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Validated } from './validated.js';

const pipe = new Validated(z.object({ title: z.string().trim().min(1), count: z.int() }));

test('passes on the parsed value', () => {
  expect(pipe.transform({ title: ' Chair ', count: 2, extra: true })).toEqual({ title: 'Chair', count: 2 });
});

test('names every wrong field', () => {
  const failure = (() => {
    try {
      pipe.transform({ title: '', count: 1.5 });
    } catch (error) {
      return error;
    }
    return undefined;
  })();
  expect(failure).toBeInstanceOf(BadRequestException);
  expect(failure).toMatchObject({ response: { errors: [{ path: 'title' }, { path: 'count' }] } });
});

test('refuses a body that is not an object', () => {
  expect(() => pipe.transform(undefined)).toThrow(BadRequestException);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { identifier, physicalName } from './names.js';

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,12}(-[a-z0-9]{1,12}){0,2}$/);
const limit = fc.constantFrom(32, 50, 63, 64, 255);

describe('physicalName', () => {
  test('joins with hyphens when there is room', () => {
    expect(physicalName(32, 'shop', 'dev', 'auth-service')).toBe('shop-dev-auth-service');
    expect(physicalName(8, 'shop', 'dev')).toBe('shop-dev');
  });

  test('is cut and ends with a hash of the whole when there is not', () => {
    expect(physicalName(32, 'a-long-project', 'staging', 'recommendations-service')).toMatchInlineSnapshot(
      `"a-long-project-staging-a3559341"`,
    );
  });

  test('is never longer than its limit, and never ends with a hyphen or holds two in a row', () => {
    fc.assert(
      fc.property(limit, fc.array(name, { minLength: 1, maxLength: 5 }), (most, parts) => {
        const made = physicalName(most, ...parts);
        expect(made.length).toBeLessThanOrEqual(most);
        expect(made).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      }),
    );
  });

  test('differs for wholes that differ, however late, and is the same every time', () => {
    fc.assert(
      fc.property(limit, fc.uniqueArray(name, { minLength: 2, maxLength: 20 }), (most, names) => {
        const start = 'a-project-with-a-long-name-x';
        const made = names.map((part) => physicalName(most, start, 'dev', part));
        expect(new Set(made).size).toBe(names.length);
        expect(names.map((part) => physicalName(most, start, 'dev', part))).toEqual(made);
      }),
    );
  });
});

describe('identifier', () => {
  test('replaces what Terraform does not take in a name', () => {
    expect(identifier('auth-service')).toBe('auth_service');
    expect(identifier('a.b/c d')).toBe('a_b_c_d');
  });

  test('is one-to-one for names', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(identifier(a) === identifier(b)).toBe(a === b);
      }),
    );
  });
});

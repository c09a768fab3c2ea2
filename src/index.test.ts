import { describe, expect, it } from 'vitest';
import type { EnvironmentInput, ServiceInput } from './config/schema.js';
import { defineProject } from './index.js';

interface SomeStack {
  readonly resources: readonly unknown[];
}

describe('defineProject', () => {
  it('returns what it is given, read-only lists included', () => {
    const methods = ['GET'] as const;
    const input = {
      project: 'a',
      region: 'eu-central-1',
      services: { a: { type: 'nestjs', path: 'a', port: 1, routes: [{ path: '/a', methods }] } },
      environments: { dev: { domain: 'example.com' } },
    } as const;
    expect(defineProject(input)).toBe(input);
  });

  it('lets an override name the stack’s type', () => {
    const override = (stack: SomeStack): void => {
      expect(stack.resources).toEqual([]);
    };
    const environment: EnvironmentInput = { domain: 'example.com', override };
    expect(environment.override).toBe(override);
  });

  it('has wrong keys and values found by the compiler', () => {
    const wrong: readonly (ServiceInput | EnvironmentInput)[] = [
      // @ts-expect-error a worker has no routes
      { type: 'worker', path: 'a', routes: [] },
      // @ts-expect-error `nestjs` needs a port
      { type: 'nestjs', path: 'a' },
      // @ts-expect-error no such tier
      { domain: 'example.com', defaults: { tier: 'huge' } },
      // @ts-expect-error the unit is part of the size
      { domain: 'example.com', gateway: { maxBodySize: '10gb' } },
    ];
    expect(wrong).toHaveLength(4);
  });
});

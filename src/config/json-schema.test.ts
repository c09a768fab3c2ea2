import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from './json-schema.js';
import { designExample } from './testing/design-example.js';
import { edited } from './testing/edit.js';

const schema = configJsonSchema();
const validate = new Ajv({ strict: false, allErrors: true, formats: { email: true } }).compile(schema);

describe('configJsonSchema', () => {
  it('accepts the example of the design', () => {
    expect(validate(designExample), JSON.stringify(validate.errors)).toBe(true);
  });

  it('accepts its own address as $schema', () => {
    expect(validate(edited(designExample, { $schema: './schema.json' }))).toBe(true);
  });

  it.each([
    ['an unknown key', { 'services.web.prot': 1 }],
    ['a wrong type', { 'services.auth-service.port': '1' }],
    ['a service’s name', { 'services.Web': { type: 'spa', path: 'x', subdomain: 'x' } }],
    ['an override, which is a function', { 'environments.dev.override': {} }],
    ['no environment', { environments: {} }],
  ])('refuses %s', (_what, changes) => {
    expect(validate(edited(designExample, changes))).toBe(false);
  });

  it('is the same each time', () => {
    expect(JSON.stringify(configJsonSchema())).toBe(JSON.stringify(schema));
  });

  it('describes every key', () => {
    expect(undescribed(schema, '')).toEqual([]);
  });
});

function undescribed(node: unknown, at: string): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    const own =
      key === 'properties' && typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([name, one]: [string, unknown]) =>
            typeof one === 'object' && one !== null && 'description' in one ? [] : [`${at}.${name}`],
          )
        : [];
    return [...own, ...undescribed(value, key === 'properties' ? at : `${at}.${key}`)];
  });
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WafMatch } from '../../config/config.js';
import { addressOf, type AnyResource } from '../../stack/stack.js';
import { writeTerraformJson } from '../../stack/terraform-json.js';
import { readTerraformJson } from '../../stack/terraform-read.js';
import { emptyStack } from '../../stack/testing/stack.js';
import { blocked, counted, resourcesOf, rule, ruleNamed, viewFor, withWaf } from './testing/rules.js';

const statementOf = (match: Partial<WafMatch>) => ruleNamed('mine', withWaf({ rules: [rule(match)] }))?.statement[0];

describe('a rule of the config', () => {
  it.each([
    ['block', blocked],
    ['allow', { allow: [{}] }],
    ['count', counted],
  ] as const)('can %s', (action, expected) => {
    const rules = [rule({ countries: ['DE'] }, { action })];
    expect(ruleNamed('mine', withWaf({ rules }))?.action).toEqual([expected]);
  });

  it('with one condition is the bare statement', () => {
    expect(statementOf({ countries: ['DE', 'FR'] })).toEqual({
      geo_match_statement: [{ country_codes: ['DE', 'FR'] }],
    });
  });

  it.each([
    ['contains', 'CONTAINS'],
    ['startsWith', 'STARTS_WITH'],
    ['endsWith', 'ENDS_WITH'],
    ['equals', 'EXACTLY'],
  ] as const)('compares text with %s', (comparison, positional_constraint) => {
    expect(statementOf({ path: { comparison, value: '/Admin' } })).toEqual({
      byte_match_statement: [
        {
          search_string: '/Admin',
          positional_constraint,
          field_to_match: [{ uri_path: [{}] }],
          text_transformation: [{ priority: 0, type: 'URL_DECODE' }],
        },
      ],
    });
  });

  it('compares text with an expression', () => {
    expect(statementOf({ query: { comparison: 'regex', value: '^a=\\d+$' } })).toEqual({
      regex_match_statement: [
        {
          regex_string: '^a=\\d+$',
          field_to_match: [{ query_string: [{}] }],
          text_transformation: [{ priority: 0, type: 'URL_DECODE' }],
        },
      ],
    });
  });

  it('compares a header as it was sent, whatever the case of its name', () => {
    expect(statementOf({ header: { name: 'X-Tenant', comparison: 'equals', value: 'A%20b' } })).toMatchObject({
      byte_match_statement: [
        {
          field_to_match: [{ single_header: [{ name: 'x-tenant' }] }],
          text_transformation: [{ priority: 0, type: 'NONE' }],
        },
      ],
    });
  });

  it('looks at what WAF sees of a body', () => {
    expect(statementOf({ body: { comparison: 'contains', value: 'x' } })).toMatchObject({
      byte_match_statement: [{ field_to_match: [{ body: [{ oversize_handling: 'CONTINUE' }] }] }],
    });
  });

  it('looks addresses up in one set for each family', () => {
    const given = withWaf({ rules: [rule({ ipSet: ['203.0.113.0/24', '2001:db8::/32', '198.51.100.7/32'] })] });
    const sets = viewFor(given).all('aws_wafv2_ip_set');
    expect(sets.map(({ args, provider }) => [args.name, args.ip_address_version, args.addresses, provider])).toEqual([
      ['shop-dev-mine-ipv4', 'IPV4', ['203.0.113.0/24', '198.51.100.7/32'], 'us_east_1'],
      ['shop-dev-mine-ipv6', 'IPV6', ['2001:db8::/32'], 'us_east_1'],
    ]);
    const references = ['ipv4', 'ipv6'].map((family) => ({
      ip_set_reference_statement: [{ arn: `\${aws_wafv2_ip_set.rule_mine_${family}.arn}` }],
    }));
    expect(ruleNamed('mine', given)?.statement).toEqual([{ or_statement: [{ statement: references }] }]);
  });

  it('needs no OR for one family', () => {
    expect(statementOf({ ipSet: ['2001:db8::/32'] })).toEqual({
      ip_set_reference_statement: [{ arn: '${aws_wafv2_ip_set.rule_mine_ipv6.arn}' }],
    });
  });

  it('joins several conditions', () => {
    const statement = statementOf({
      ipSet: ['203.0.113.0/24', '2001:db8::/32'],
      countries: ['DE'],
      path: { comparison: 'startsWith', value: '/x' },
    });
    const [and] = statement?.['and_statement'] as [{ statement: object[] }];
    expect(and.statement.map((one) => Object.keys(one)[0])).toEqual([
      'or_statement',
      'geo_match_statement',
      'byte_match_statement',
    ]);
  });

  it('counts requests in its window', () => {
    expect(statementOf({ rate: { requests: 20, windowSeconds: 60 } })).toEqual({
      rate_based_statement: [{ limit: 20, aggregate_key_type: 'IP', evaluation_window_sec: 60 }],
    });
  });

  it('counts only requests that its other conditions match', () => {
    const rate = { requests: 20, windowSeconds: 600 } as const;
    expect(statementOf({ rate, countries: ['DE'] })).toMatchObject({
      rate_based_statement: [{ scope_down_statement: [{ geo_match_statement: [{}] }] }],
    });
    const both = statementOf({ rate, countries: ['DE'], ipSet: ['203.0.113.0/24', '2001:db8::/32'] });
    expect(both).toMatchObject({
      rate_based_statement: [
        {
          scope_down_statement: [
            { and_statement: [{ statement: [{ or_statement: [{}] }, { geo_match_statement: [{}] }] }] },
          ],
        },
      ],
    });
  });
});

describe('rules with any text', () => {
  const hostile = fc.oneof(
    fc.constantFrom('${', '%{if}', '$${x}', '"\\"', '\\', '${aws_lb.main.arn}', '</x>', '😀'),
    fc.string({ minLength: 1, unit: 'grapheme' }),
  );
  const text = fc.record({
    comparison: fc.constantFrom('contains', 'startsWith', 'endsWith', 'equals', 'regex' as const),
    value: hostile,
  });
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const match: fc.Arbitrary<WafMatch> = fc
    .record({
      ipSet: maybe(
        fc.array(fc.constantFrom('203.0.113.0/24', '198.51.100.0/24', '2001:db8::/32', '::1/128'), { minLength: 1 }),
      ),
      countries: maybe(fc.array(fc.constantFrom('DE', 'FR', 'US'), { minLength: 1 })),
      path: maybe(text),
      header: maybe(text.map((one) => ({ name: 'X-Any', ...one }))),
      query: maybe(text),
      body: maybe(text),
      rate: maybe(fc.record({ requests: fc.integer({ min: 10 }), windowSeconds: fc.constantFrom(60, 120, 300, 600) })),
    })
    .filter((one) => Object.values(one).some((condition) => condition !== undefined));
  const rules = fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[A-Za-z0-9_-]{1,100}$/),
      action: fc.constantFrom('block', 'count' as const),
      match,
    }),
    { selector: ({ name }) => name, maxLength: 4 },
  );

  it('are written and read again as they were, each at an address and a name of its own', () => {
    fc.assert(
      fc.property(rules, (given) => {
        const resources = resourcesOf(withWaf({ rules: given }));
        const addresses = resources.map((one) => addressOf('resource', one));
        expect(new Set(addresses).size).toBe(addresses.length);
        const sets = resources
          .filter(({ type }) => type === 'aws_wafv2_ip_set')
          .map(({ args }) => Reflect.get(args, 'name') as string);
        expect(new Set(sets).size).toBe(sets.length);
        const again = readTerraformJson(writeTerraformJson({ ...emptyStack, resources }));
        const sorted = (all: readonly AnyResource[]) =>
          [...all].sort((a, b) => (addressOf('resource', a) < addressOf('resource', b) ? -1 : 1));
        expect(sorted(again.resources)).toEqual(sorted(resources));
      }),
      { numRuns: 150 },
    );
  });
});

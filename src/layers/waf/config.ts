import { isIP } from 'node:net';
import { z } from 'zod';

/** The specification's value. */
export const wafDefaults = { rateLimit: 1000, rules: [] } as const;

/** WAF accepts from 10. @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html (read 2026-11-23) */
const requests = () => z.int().min(10).max(2_000_000_000);

const text = () => z.string().min(1).max(200);

/** One comparison of text: exactly one key. */
const comparison = {
  contains: text().optional().describe('Text that it contains.'),
  startsWith: text().optional().describe('Text that it starts with.'),
  endsWith: text().optional().describe('Text that it ends with.'),
  equals: text().optional().describe('The whole text.'),
  regex: text().optional().describe('Regular expression without back references and look-around.'),
};

export const comparisons = ['contains', 'startsWith', 'endsWith', 'equals', 'regex'] as const;

const matchText = (what: string) => z.strictObject(comparison).optional().describe(`${what}: one comparison.`);

const country = z
  .string()
  .refine(isCountry, 'an ISO 3166-1 country code in capitals such as `DE` (the United Kingdom is `GB`)');

const cidr = z
  .string()
  .refine(isAddressRange, 'an address range such as `203.0.113.0/24` or `2001:db8::/32` (`/0` is not accepted)');

/** Conditions that must all hold; at least one. */
const match = z.strictObject({
  ipSet: z.array(cidr).min(1).optional().describe('The address is in one of these ranges.'),
  countries: z.array(country).min(1).optional().describe('The address belongs to one of these countries.'),
  path: matchText('The path'),
  header: z
    .strictObject({
      name: z
        .string()
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name')
        .describe('Name of the header.'),
      ...comparison,
    })
    .optional()
    .describe('A header: its name and one comparison.'),
  query: matchText('The query string'),
  body: matchText('The body'),
  rate: z
    .strictObject({
      requests: requests().describe('More than so many requests of one address match.'),
      perMinutes: z.literal([1, 2, 5, 10]).optional().meta({ description: 'Window in minutes.', default: 5 }),
    })
    .optional()
    .describe('Too many requests of one address; counts only those that the other conditions match.'),
});

const rule = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/, 'at most 100 letters, digits, hyphens and underscores')
    .describe('Unique name.'),
  action: z.enum(['block', 'allow', 'count']).describe('What happens to a request that matches.'),
  match: match.describe('Conditions that must all hold; at least one.'),
});

/** WAF's part of an environment. */
export const wafOptions = z.strictObject({
  rateLimit: requests()
    .optional()
    .meta({ description: 'Requests in 5 minutes from one address.', default: wafDefaults.rateLimit }),
  rules: z.array(rule).optional().describe('Own rules, evaluated in order after the built-in ones.'),
});

export type WafRuleInput = z.output<typeof rule>;

function isCountry(code: string): boolean {
  if (!/^[A-Z]{2}$/.test(code) || code === 'UK') return false;
  return new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' }).of(code) !== undefined;
}

function isAddressRange(range: string): boolean {
  const [, address = '', bits = ''] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(range) ?? [];
  const limit = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  return Number(bits) >= 1 && Number(bits) <= limit;
}

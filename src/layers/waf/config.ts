import { isIP } from 'node:net';
import { z } from 'zod';
import { countableRules } from './rule-names.js';

export { countableRules };

/** The specification's value. */
export const wafDefaults = { rateLimit: 1000, rules: [], count: [] } as const;

/** WAF accepts from 10. @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html (read 2026-11-23) */
const requests = () => z.int().min(10).max(2_000_000_000);

/**
 * Text to look for, and expressions: the limits are WAF's, which count bytes.
 * @see https://docs.aws.amazon.com/sdk-for-kotlin/api/latest/wafv2/aws.sdk.kotlin.services.wafv2.model/-byte-match-statement/index.html (read 2026-11-25)
 * @see https://docs.aws.amazon.com/waf/latest/APIReference/API_Regex.html (read 2026-11-25)
 */
const text = (limit = 200) =>
  z
    .string()
    .min(1)
    .max(limit)
    .refine((value) => Buffer.byteLength(value) <= limit, `text of at most ${String(limit)} bytes in UTF-8`);

/** One comparison of text: exactly one key. */
const comparison = {
  contains: text().optional().describe('Text that it contains.'),
  startsWith: text().optional().describe('Text that it starts with.'),
  endsWith: text().optional().describe('Text that it ends with.'),
  equals: text().optional().describe('The whole text.'),
  regex: text(512)
    .optional()
    .describe('Regular expression that matches somewhere in it; without back references, look-around and flags.'),
};

export const comparisons = ['contains', 'startsWith', 'endsWith', 'equals', 'regex'] as const;

const matchText = (what: string) =>
  z
    .strictObject(comparison)
    .optional()
    .describe(`${what}, URL-decoded once: one comparison; upper and lower case differ.`);

const country = z
  .string()
  .refine(isCountry, 'an ISO 3166-1 country code in capitals such as `DE` (the United Kingdom is `GB`)');

const cidr = z
  .string()
  .refine(isAddressRange, 'an address range such as `203.0.113.0/24` or `2001:db8::/32` (`/0` is not accepted)');

/** Conditions that must all hold; at least one. */
const match = z.strictObject({
  // https://docs.aws.amazon.com/solutions/latest/security-automations-for-aws-waf/quotas.html (read 2026-11-25)
  ipSet: z.array(cidr).min(1).max(10_000).optional().describe('The address is in one of these ranges.'),
  countries: z.array(country).min(1).optional().describe('The address belongs to one of these countries.'),
  path: matchText('The path'),
  header: z
    .strictObject({
      name: z
        .string()
        // The provider's limit: https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/wafv2/schemas.go (read 2026-11-25)
        .regex(/^[0-9A-Za-z_-]{1,40}$/, 'a header name of at most 40 letters, digits, hyphens and underscores')
        .describe('Name of the header.'),
      ...comparison,
    })
    .optional()
    .describe('A header, as it was sent: its name and one comparison; upper and lower case of the value differ.'),
  query: matchText('The query string'),
  body: matchText('The first 16 KB of the body'),
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
  count: z.array(z.enum(countableRules)).optional().meta({
    description:
      'Built-in rules that only count and do not block: `rate-limit`, `metadata-ssrf`, a whole AWS group such as `AWSManagedRulesSQLiRuleSet`, or one rule of a group such as `CrossSiteScripting_BODY`. `SizeRestrictions_BODY` always counts.',
    default: [],
  }),
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

import type { WafRuleConfig } from '../../config/config.js';
import type { Refs } from '../../stack/refs.js';
import { resource, type Address, type AnyResource } from '../../stack/stack.js';

type Family = 'ipv4' | 'ipv6';

interface Ranges {
  readonly family: Family;
  readonly address: Address<'aws_wafv2_ip_set'>;
  readonly ranges: readonly string[];
}

/** The ranges of a rule by family, since a set holds one alone. Only families that the rule has. */
export function rangesOf(rule: WafRuleConfig): readonly Ranges[] {
  const all = rule.match.ipSet ?? [];
  const of = (family: Family): Ranges => ({
    family,
    // The name as it is: `a-b` and `a_b` are two rules.
    address: `aws_wafv2_ip_set.rule_${rule.name}_${family}`,
    ranges: all.filter((range) => range.includes(':') === (family === 'ipv6')),
  });
  return [of('ipv4'), of('ipv6')].filter(({ ranges }) => ranges.length > 0);
}

/** The address sets of one rule of the config, in us-east-1 beside the web ACL. */
export function ipSets(refs: Refs, rule: WafRuleConfig): readonly AnyResource[] {
  return rangesOf(rule).map(({ family, address, ranges }) => {
    const name = refs.name(128, rule.name, family);
    return resource(
      address,
      {
        name,
        scope: 'CLOUDFRONT',
        ip_address_version: family === 'ipv4' ? 'IPV4' : 'IPV6',
        addresses: [...new Set(ranges)],
        tags: { Name: name },
      },
      // A set that a web ACL still uses cannot be deleted: one of a removed rule goes after the web ACL has changed.
      { provider: 'us_east_1', lifecycle: { create_before_destroy: true } },
    );
  });
}

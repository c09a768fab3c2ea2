import type { Config } from '../../config/config.js';
import type { Wafv2WebAclRule } from '../../stack/aws-schema.gen.js';
import type { Refs } from '../../stack/refs.js';
import { actionOf, visibility } from './actions.js';
import { managedGroups, type ManagedGroup } from './rule-names.js';

/** Blocks bodies over 8 KB, and so uploads: it only counts, the gateway limits bodies (AWS-FACTS). */
const alwaysCounted: readonly string[] = ['SizeRestrictions_BODY'];

/**
 * One of AWS's groups. Each of its rules gets our own block response, else a block would look like an origin's 403; a rule
 * that AWS adds later keeps AWS's. WAF ignores an override of a rule that is gone.
 * @see https://docs.aws.amazon.com/waf/latest/APIReference/API_RuleActionOverride.html (read 2026-11-25)
 */
export function managedRule(config: Config, refs: Refs, group: ManagedGroup, priority: number): Wafv2WebAclRule {
  const { count } = config.waf;
  const counted = (name: string) => alwaysCounted.includes(name) || count.includes(name);
  return {
    name: group,
    priority,
    override_action: [count.includes(group) ? { count: [{}] } : { none: [{}] }],
    statement: [
      {
        managed_rule_group_statement: [
          {
            vendor_name: 'AWS',
            name: group,
            rule_action_override: managedGroups[group].map((name) => ({
              name,
              action_to_use: [actionOf(counted(name) ? 'count' : 'block')] as const,
            })),
          },
        ],
      },
    ],
    visibility_config: visibility(refs, group),
  };
}

/**
 * Requests from hosting providers, proxies and Tor are only counted: blocking them would block webhooks and CI. 50 WCU.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html (not re-read)
 */
export function watchedGroup(refs: Refs, priority: number): Wafv2WebAclRule {
  const name = 'AWSManagedRulesAnonymousIpList';
  return {
    name,
    priority,
    override_action: [{ count: [{}] }],
    statement: [{ managed_rule_group_statement: [{ vendor_name: 'AWS', name }] }],
    visibility_config: visibility(refs, name),
  };
}

import type { Config } from '../../config/config.js';
import type { Wafv2WebAclRule, Wafv2WebAclStatement } from '../../stack/aws-schema.gen.js';
import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';
import { actionOf, responseBodies, visibility } from './actions.js';
import { customRule } from './custom-rules.js';
import { ipSets } from './ip-sets.js';
import { logging } from './logging.js';
import { managedRule, watchedGroup } from './managed.js';
import { namesMetadataAddress } from './metadata.js';
import { managedGroupNames, type OwnRule } from './rule-names.js';

/** Priorities of built-in rules are tens from 0; those of the config's rules start here, by their position. */
const customPriority = 1000;

/**
 * The web ACL of every distribution, in us-east-1, with its address ranges and its log: rate limit, SSRF protection, AWS's managed
 * groups, then the config's own rules in their order.
 * Capacity: at most 2 + 132 + 1150 = 1284 WCU; the config's rules have 216 more before AWS charges extra (over 1500).
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html (read 2026-11-25)
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-match.html (read 2026-11-25)
 */
export function edgeWebAcl(config: Config, refs: Refs): readonly AnyResource[] {
  const rules = [
    ownRule(config, refs, 'rate-limit', 0, rateLimit(config)),
    ownRule(config, refs, 'metadata-ssrf', 10, namesMetadataAddress),
    ...managedGroupNames.map((group, index) => managedRule(config, refs, group, 20 + 10 * index)),
    watchedGroup(refs, 50),
    ...config.waf.rules.map((rule, index) => customRule(refs, rule, customPriority + index)),
  ];
  return [
    ...config.waf.rules.flatMap((rule) => ipSets(refs, rule)),
    resource(
      refs.edgeWebAcl,
      {
        name: refs.name(128, 'edge'),
        scope: 'CLOUDFRONT',
        default_action: [{ allow: [{}] }],
        custom_response_body: responseBodies,
        rule: rules,
        visibility_config: visibility(refs, 'edge'),
        tags: { Name: refs.name(128, 'edge') },
      },
      { provider: 'us_east_1' },
    ),
    ...logging(config, refs, 'edge', attr(refs.edgeWebAcl, 'arn')),
  ];
}

/** One of our own rules: blocks, or counts when the config says so. */
function ownRule(
  config: Config,
  refs: Refs,
  name: OwnRule,
  priority: number,
  statement: Wafv2WebAclStatement,
): Wafv2WebAclRule {
  return {
    name,
    priority,
    action: [actionOf(config.waf.count.includes(name) ? 'count' : 'block')],
    statement: [statement],
    visibility_config: visibility(refs, name),
  };
}

/** 1000 requests in 5 minutes from one address, by default. @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html (read 2026-11-23) */
const rateLimit = (config: Config): Wafv2WebAclStatement => ({
  rate_based_statement: [{ limit: config.waf.rateLimit, aggregate_key_type: 'IP', evaluation_window_sec: 300 }],
});

import type { Config, WafConfig, WafMatch, WafRuleConfig } from '../../../config/config.js';
import { refsOf } from '../../../stack/refs.js';
import type { AnyResource } from '../../../stack/stack.js';
import { expression } from '../../../stack/terraform-json.js';
import { configOf } from '../../../stack/testing/config.js';
import { emptyStack } from '../../../stack/testing/stack.js';
import { viewOf } from '../../../stack/view.js';
import { synth } from '../synth.js';

/** What the room synthesises for a config. */
export const resourcesOf = (given: Partial<Config> = {}): readonly AnyResource[] => {
  const config = configOf(given);
  return synth(config, refsOf(config)).resources ?? [];
};

export const viewFor = (given: Partial<Config> = {}) => viewOf({ ...emptyStack, resources: resourcesOf(given) });

/** A config's part: these WAF options, with the defaults for the rest. */
export const withWaf = (waf: Partial<WafConfig>) => ({ waf: { rateLimit: 1000, rules: [], count: [], ...waf } });

const noMatch: WafMatch = {
  ipSet: undefined,
  countries: undefined,
  path: undefined,
  header: undefined,
  query: undefined,
  body: undefined,
  rate: undefined,
};

/** A rule `mine` that blocks. */
export const rule = (match: Partial<WafMatch>, more: Partial<WafRuleConfig> = {}): WafRuleConfig => ({
  name: 'mine',
  action: 'block',
  ...more,
  match: { ...noMatch, ...match },
});

/** A web ACL's rules as Terraform reads them. */
interface Rule {
  readonly name: string;
  readonly priority: number;
  readonly action?: readonly object[];
  readonly override_action?: readonly object[];
  readonly statement: readonly [Record<string, unknown>];
  readonly visibility_config: readonly [{ readonly metric_name: string }];
}

/** The rules of the edge web ACL. */
export const rulesOf = (given: Partial<Config> = {}) =>
  expression(viewFor(given).get('aws_wafv2_web_acl.edge')?.args.rule) as readonly Rule[];

export const ruleNamed = (name: string, given: Partial<Config> = {}) => rulesOf(given).find((one) => one.name === name);

/** The action of whatever blocks. */
export const blocked = {
  block: [
    {
      custom_response: [
        {
          response_code: 403,
          custom_response_body_key: 'blocked',
          response_header: [{ name: 'x-blocked-by', value: 'waf' }],
        },
      ],
    },
  ],
};

export const counted = { count: [{}] };

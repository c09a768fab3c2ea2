import type { Config } from '../../config/config.js';
import type { Refs } from '../../stack/refs.js';
import type { SynthPart } from '../../stack/layer.js';
import { resource } from '../../stack/stack.js';

/** AWS's groups in the order they are evaluated, after our own rules. `count`: rules that only count (AWS-FACTS: bodies are limited in the gateway). */
const managedGroups = [
  { name: 'AWSManagedRulesCommonRuleSet', count: ['SizeRestrictions_BODY'] },
  { name: 'AWSManagedRulesKnownBadInputsRuleSet', count: [] },
  { name: 'AWSManagedRulesSQLiRuleSet', count: [] },
] as const;

/** The instance metadata address, as it is looked for in decoded text. */
const metadataAddress = '169.254.169.254';

/** The web ACL of every distribution, in us-east-1: rate limit, SSRF protection, then AWS's managed groups. */
export function synth(config: Config, refs: Refs): SynthPart {
  return {
    resources: [
      resource(
        refs.edgeWebAcl,
        {
          name: refs.name(128, 'edge'),
          scope: 'CLOUDFRONT',
          default_action: [{ allow: [{}] }],
          custom_response_body: [{ key: 'blocked', content_type: 'TEXT_PLAIN', content: 'Request blocked' }],
          rule: [
            rateRule(config, refs),
            metadataRule(refs),
            ...managedGroups.map((group, index) => managedRule(refs, group, index + 2)),
          ],
          visibility_config: [visibility(refs, 'edge')],
          tags: { Name: refs.name(128, 'edge') },
        },
        { provider: 'us_east_1' },
      ),
    ],
  };
}

const visibility = (refs: Refs, name: string) => ({
  cloudwatch_metrics_enabled: true,
  sampled_requests_enabled: true,
  metric_name: refs.name(128, name),
});

/** Blocked requests answer 403 with a header of their own, so that they are told apart from an origin's 403. */
const block = [
  {
    block: [
      {
        custom_response: [
          {
            response_code: 403,
            custom_response_body_key: 'blocked',
            response_header: [{ name: 'x-blocked-by', value: 'waf' }] as const,
          },
        ] as const,
      },
    ] as const,
  },
] as const;

/** 1000 requests in 5 minutes from one address, by default. @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html (read 2026-11-23) */
function rateRule(config: Config, refs: Refs) {
  return {
    name: 'rate-limit',
    priority: 0,
    action: block,
    statement: [
      {
        rate_based_statement: [
          { limit: config.waf.rateLimit, aggregate_key_type: 'IP', evaluation_window_sec: 300 },
        ] as const,
      },
    ] as const,
    visibility_config: [visibility(refs, 'rate-limit')] as const,
  };
}

/** Blocks requests that name the instance metadata address in query, path, body or any header, URL-decoded. */
function metadataRule(refs: Refs) {
  const fields = [
    { query_string: [{}] as const },
    { uri_path: [{}] as const },
    { body: [{ oversize_handling: 'CONTINUE' }] as const },
    {
      headers: [
        { match_pattern: [{ all: [{}] as const }] as const, match_scope: 'VALUE', oversize_handling: 'CONTINUE' },
      ] as const,
    },
  ];
  return {
    name: 'metadata-ssrf',
    priority: 1,
    action: block,
    statement: [
      {
        or_statement: [
          {
            statement: fields.map((field) => ({
              byte_match_statement: [
                {
                  search_string: metadataAddress,
                  positional_constraint: 'CONTAINS',
                  field_to_match: [field] as const,
                  text_transformation: [
                    { priority: 0, type: 'URL_DECODE' },
                    { priority: 1, type: 'LOWERCASE' },
                  ],
                },
              ] as const,
            })),
          },
        ] as const,
      },
    ] as const,
    visibility_config: [visibility(refs, 'metadata-ssrf')] as const,
  };
}

function managedRule(refs: Refs, group: (typeof managedGroups)[number], priority: number) {
  return {
    name: group.name,
    priority,
    override_action: [{ none: [{}] as const }] as const,
    statement: [
      {
        managed_rule_group_statement: [
          {
            vendor_name: 'AWS',
            name: group.name,
            rule_action_override: group.count.map((name) => ({
              name,
              action_to_use: [{ count: [{}] as const }] as const,
            })),
          },
        ] as const,
      },
    ] as const,
    visibility_config: [visibility(refs, group.name)] as const,
  };
}

import type { Config } from '../../config/config.js';
import type { Expr } from '../../stack/expr.js';
import { logGroup } from '../../stack/log-group.js';
import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

/** Headers whose values no log shows. */
const redacted = {
  edge: ['authorization', 'cookie'],
  regional: ['authorization', 'cookie', 'x-origin-verify'],
} as const;

/** Plain allows are most of the traffic and are dropped: logs are paid by size. */
const kept = ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'] as const;

/**
 * The log of a web ACL: what it blocks and counts. WAF writes only to groups named `aws-waf-logs-…`, and lets itself write there
 * when logging is configured. A log of a CLOUDFRONT web ACL stands in us-east-1.
 * @see https://docs.aws.amazon.com/waf/latest/APIReference/API_LoggingConfiguration.html (read 2026-11-25)
 */
export function logging(
  config: Config,
  refs: Refs,
  name: keyof typeof redacted,
  webAcl: Expr<string>,
): readonly AnyResource[] {
  const edge = name === 'edge';
  // Two underscores: no service's log group has such an address.
  const group = `aws_cloudwatch_log_group.waf__${name}` as const;
  return [
    logGroup(config, refs, group, `aws-waf-logs-${refs.name(400, name)}`, edge),
    resource(
      `aws_wafv2_web_acl_logging_configuration.${name}`,
      {
        resource_arn: webAcl,
        log_destination_configs: [attr(group, 'arn')],
        redacted_fields: redacted[name].map((header) => ({ single_header: [{ name: header }] as const })),
        logging_filter: [
          {
            default_behavior: 'DROP',
            filter: [
              {
                behavior: 'KEEP',
                requirement: 'MEETS_ANY',
                condition: kept.map((action) => ({ action_condition: [{ action }] as const })),
              },
            ],
          },
        ],
      },
      edge ? { provider: 'us_east_1' } : {},
    ),
  ];
}

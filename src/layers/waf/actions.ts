import type { Wafv2WebAclAction, Wafv2WebAclVisibilityConfig } from '../../stack/aws-schema.gen.js';
import type { Refs } from '../../stack/refs.js';

const bodyKey = 'blocked';

/** The bodies that `block` refers to; a web ACL that blocks declares them. */
export const responseBodies = [{ key: bodyKey, content_type: 'TEXT_PLAIN', content: 'Request blocked' }] as const;

/**
 * Answers 403 with a header of its own, so that it is told apart from an origin's 403. A custom response also wins over CloudFront's
 * error pages, which make `/index.html` of a site's 403; WAF's default response would not.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-response-for-blocked-requests.html (read 2026-11-25)
 */
export const blockAction = {
  block: [
    {
      custom_response: [
        {
          response_code: 403,
          custom_response_body_key: bodyKey,
          response_header: [{ name: 'x-blocked-by', value: 'waf' }],
        },
      ],
    },
  ],
} as const satisfies Wafv2WebAclAction;

/** The rule's action in the form of the provider. */
export function actionOf(action: 'block' | 'allow' | 'count'): Wafv2WebAclAction {
  switch (action) {
    case 'block':
      return blockAction;
    case 'allow':
      return { allow: [{}] };
    case 'count':
      return { count: [{}] };
  }
}

/** Metrics and samples under `{project}-{env}-{parts}`. */
export function visibility(refs: Refs, ...parts: readonly string[]): readonly [Wafv2WebAclVisibilityConfig] {
  return [{ cloudwatch_metrics_enabled: true, sampled_requests_enabled: true, metric_name: refs.name(128, ...parts) }];
}

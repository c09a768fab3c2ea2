import type { ConformanceCase } from './case.js';

const guide = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application';
const today = '(read 2026-11-25)';

/** Pages that say how the load balancer behaves. */
export const pages = {
  conditions: `${guide}/rule-condition-types.html ${today}`,
  rules: `${guide}/listener-rules.html ${today}`,
  actions: `${guide}/rule-action-types.html ${today}`,
  listeners: `${guide}/load-balancer-listeners.html ${today}`,
  attributes: `${guide}/edit-load-balancer-attributes.html ${today}`,
  groups: `${guide}/load-balancer-target-groups.html ${today}`,
  groupAttributes: `${guide}/edit-target-group-attributes.html ${today}`,
  health: `${guide}/target-group-health-checks.html ${today}`,
  forwarded: `${guide}/x-forwarded-headers.html ${today}`,
  tracing: `${guide}/load-balancer-request-tracing.html ${today}`,
  limits: `${guide}/load-balancer-limits.html ${today}`,
  errors: `${guide}/load-balancer-troubleshooting.html ${today}`,
  sourceIp: `https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SourceIpConditionConfig.html ${today}`,
  /** Known from practice; nothing that was read of the page says it. */
  conditionsUnread: `${guide}/rule-condition-types.html (not re-read)`,
  errorsUnread: `${guide}/load-balancer-troubleshooting.html (not re-read)`,
  healthUnread: `${guide}/target-group-health-checks.html (not re-read)`,
  limitsUnread: `${guide}/load-balancer-limits.html (the limit was read; the status 502 was not re-read)`,
  queryString:
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_QueryStringConditionConfig.html (not re-read)',
  matcher: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html (not re-read)',
  attributeList:
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html (not re-read)',
  host: `https://repost.aws/questions/QUbdKVqaj4TKSZJdPWPZG1Ow ${today}`,
  routing:
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html (not re-read)',
} as const;

/** One case of this room. */
export const albCase = (name: string, source: string, run: ConformanceCase['run']): ConformanceCase => ({
  layer: 'alb',
  name,
  source,
  run,
});

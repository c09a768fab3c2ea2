import { comparisons, wafDefaults, type WafRuleInput } from '../layers/waf/config.js';
import type { WafConfig, WafMatch, WafText } from './config.js';
import type { EnvironmentInput } from './schema.js';

type MatchInput = NonNullable<NonNullable<NonNullable<EnvironmentInput['waf']>['rules']>[number]>['match'];

export function resolveWaf(waf: EnvironmentInput['waf']): WafConfig {
  return {
    rateLimit: waf?.rateLimit ?? wafDefaults.rateLimit,
    rules: (waf?.rules ?? []).map(({ name, action, match }) => ({ name, action, match: resolveMatch(match) })),
    count: waf?.count ?? wafDefaults.count,
  };
}

function resolveMatch({ ipSet, countries, path, header, query, body, rate }: MatchInput): WafMatch {
  const headerText = resolveText(header);
  return {
    ipSet,
    countries,
    path: resolveText(path),
    header: header && headerText && { name: header.name, ...headerText },
    query: resolveText(query),
    body: resolveText(body),
    rate: rate && { requests: rate.requests, windowSeconds: windows[rate.perMinutes ?? 5] },
  };
}

const windows = { 1: 60, 2: 120, 5: 300, 10: 600 } as const;

function resolveText(text: WafRuleInput['match']['path']): WafText | undefined {
  const comparison = comparisons.find((one) => text?.[one] !== undefined);
  const value = comparison && text?.[comparison];
  return comparison === undefined || value === undefined ? undefined : { comparison, value };
}

import type { StatementArgs } from '../schema.js';
import type { Statement } from './statement.js';

/**
 * A label that an earlier rule has set. A key without a prefix means labels of the web ACL's own rules.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-label-match.html (read 2026-11-25)
 */
export function labelMatch(
  { key, scope }: NonNullable<StatementArgs['label_match_statement']>,
  prefix: string,
): Statement {
  const full = key.startsWith('awswaf:') ? key : `${prefix}${key}`;
  const isLabel = scope === 'LABEL';
  const namespace = full.endsWith(':') ? full : `${full}:`;
  return ({ labels }) => {
    for (const label of labels) {
      if (isLabel ? isNamed(label, full, key) : label.startsWith(namespace)) return `label ${label}`;
    }
    return undefined;
  };

  // `LABEL` may leave out namespaces before the name, within its own context.
  function isNamed(label: string, wanted: string, given: string): boolean {
    if (label === wanted) return true;
    return !given.startsWith('awswaf:') && label.startsWith(prefix) && label.endsWith(`:${given}`);
  }
}

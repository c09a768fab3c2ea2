import type { WafMatch, WafRuleConfig, WafText } from '../../config/config.js';
import type {
  Wafv2WebAclAndStatementStatement,
  Wafv2WebAclFieldToMatch,
  Wafv2WebAclRule,
  Wafv2WebAclStatement,
  Wafv2WebAclStatementAndStatementStatement,
} from '../../stack/aws-schema.gen.js';
import type { Refs } from '../../stack/refs.js';
import { attr } from '../../stack/stack.js';
import { actionOf, visibility } from './actions.js';
import { rangesOf } from './ip-sets.js';

/** One condition: deep enough for an OR of plain statements, so that it fits below AND and below a rate's scope. */
type Condition = Wafv2WebAclStatementAndStatementStatement;

/** A rule of the config as a rule of the web ACL. */
export function customRule(refs: Refs, rule: WafRuleConfig, priority: number): Wafv2WebAclRule {
  return {
    name: rule.name,
    priority,
    action: [actionOf(rule.action)],
    statement: [statementOf(rule)],
    visibility_config: visibility(refs, 'rule', rule.name),
  };
}

/** All conditions together; with a rate, they choose the requests that it counts. */
function statementOf(rule: WafRuleConfig): Wafv2WebAclStatement {
  const { rate } = rule.match;
  const scope = allOf(conditionsOf(rule));
  if (rate === undefined) return scope ?? {};
  return {
    rate_based_statement: [
      {
        limit: rate.requests,
        aggregate_key_type: 'IP',
        evaluation_window_sec: rate.windowSeconds,
        scope_down_statement: scope && [scope],
      },
    ],
  };
}

/** An AND takes two or more statements. @see https://docs.aws.amazon.com/waf/latest/APIReference/API_AndStatement.html (not re-read) */
function allOf(conditions: readonly Condition[]): Wafv2WebAclAndStatementStatement | undefined {
  const [first, ...rest] = conditions;
  return rest.length === 0 ? first : { and_statement: [{ statement: conditions }] };
}

function conditionsOf(rule: WafRuleConfig): readonly Condition[] {
  const { countries, path, header, query, body } = rule.match;
  return [
    ...addresses(rule),
    ...(countries === undefined ? [] : [{ geo_match_statement: [{ country_codes: countries }] as const }]),
    ...textCondition(path, { uri_path: [{}] }, 'URL_DECODE'),
    // Names of headers are case-insensitive, and the provider takes them in lower case alone. Values are not URL-encoded.
    ...textCondition(header, { single_header: [{ name: headerName(header) }] }, 'NONE'),
    ...textCondition(query, { query_string: [{}] }, 'URL_DECODE'),
    ...textCondition(body, { body: [{ oversize_handling: 'CONTINUE' }] }, 'URL_DECODE'),
  ];
}

const headerName = (header: WafMatch['header']): string => header?.name.toLowerCase() ?? '';

/** The address is in the set of its family. */
function addresses(rule: WafRuleConfig): readonly Condition[] {
  const sets = rangesOf(rule).map(({ address }) => ({
    ip_set_reference_statement: [{ arn: attr(address, 'arn') }] as const,
  }));
  return sets.length > 1 ? [{ or_statement: [{ statement: sets }] }] : sets;
}

const constraints = {
  contains: 'CONTAINS',
  startsWith: 'STARTS_WITH',
  endsWith: 'ENDS_WITH',
  equals: 'EXACTLY',
} as const;

/** A comparison with the user's text as it was written, letter case included. */
function textCondition(
  text: WafText | undefined,
  field: Wafv2WebAclFieldToMatch,
  transformation: 'NONE' | 'URL_DECODE',
): readonly Condition[] {
  if (text === undefined) return [];
  const common = {
    field_to_match: [field] as const,
    text_transformation: [{ priority: 0, type: transformation }],
  };
  return text.comparison === 'regex'
    ? [{ regex_match_statement: [{ regex_string: text.value, ...common }] }]
    : [
        {
          byte_match_statement: [
            { search_string: text.value, positional_constraint: constraints[text.comparison], ...common },
          ],
        },
      ];
}

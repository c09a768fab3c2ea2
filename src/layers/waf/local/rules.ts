import { compileAction, plainBlock, type Action } from './actions.js';
import { managedRules, type ManagedRule } from './managed/groups.js';
import type { Inspection } from './request/inspection.js';
import type { GroupArgs, RuleArgs, WebAclArgs } from './schema.js';
import { compileScope, compileStatement, statementOf } from './statements/compile.js';
import { notLocal, type Compiler, type Statement } from './statements/statement.js';

/** A rule that matched. */
export interface Match {
  /** The rule's name; of one in a group `AWS#group#rule`, as AWS's samples call it. */
  readonly rule: string;
  /** The part of the request, such as `query argument q`. */
  readonly part: string;
  readonly action: Action;
}

/** Looks at a request. Matches come in order; with one that does not count, the evaluation ends. */
export type Rule = (inspection: Inspection) => Iterable<Match>;

/** A rule of a web ACL. @throws LandfallError `WAF_NOT_LOCAL` */
export function compileRule(args: RuleArgs, bodies: WebAclArgs['custom_response_body'], compiler: Compiler): Rule {
  const { managed_rule_group_statement: group } = statementOf(args.statement);
  const labels = args.rule_label.map(({ name }) => `${compiler.labelPrefix}${name}`);
  if (group !== undefined) return compileGroup(args, group, bodies, compiler);
  const statement = compileStatement(args.statement, compiler);
  const action = compileAction(args.action, bodies, args.name);
  return (inspection) => {
    const part = statement(inspection);
    if (part === undefined) return [];
    for (const label of labels) inspection.labels.add(label);
    return [{ rule: args.name, part, action }];
  };
}

function compileGroup(
  args: RuleArgs,
  group: GroupArgs,
  bodies: WebAclArgs['custom_response_body'],
  compiler: Compiler,
): Rule {
  const rules = group.vendor_name === 'AWS' ? managedRules(group.name) : undefined;
  if (rules === undefined)
    throw notLocal(
      `The local plane has no rules for the managed group ${group.vendor_name} ${group.name} of the rule ${args.name}.`,
      'Leave it out of the Stack of this environment.',
    );
  const scope = compileScope(group.scope_down_statement, compiler);
  const overrides = new Map(
    group.rule_action_override.map((one) => [one.name, compileAction(one.action_to_use, bodies, one.name)]),
  );
  if (rules.some(({ name }) => name.endsWith('_BODY'))) compiler.needsBody();
  const onlyCounts = args.override_action?.count !== undefined;
  const withActions = rules.map((rule) => ({ ...rule, action: overrides.get(rule.name) ?? plainBlock }));
  return (inspection) => evaluateGroup(inspection, group.name, withActions, { scope, onlyCounts });
}

interface GroupOptions {
  readonly scope: Statement | undefined;
  /** The group's result counts alone. @see https://docs.aws.amazon.com/waf/latest/APIReference/API_OverrideAction.html (read 2026-11-25) */
  readonly onlyCounts: boolean;
}

function evaluateGroup(
  inspection: Inspection,
  group: string,
  rules: readonly (ManagedRule & { readonly action: Action })[],
  { scope, onlyCounts }: GroupOptions,
): readonly Match[] {
  if (scope !== undefined && scope(inspection) === undefined) return [];
  const matches: Match[] = [];
  for (const { name, label, matches: statement, action } of rules) {
    const part = statement(inspection);
    if (part === undefined) continue;
    inspection.labels.add(label);
    const rule = `AWS#${group}#${name}`;
    if (action.kind === 'count') matches.push({ rule, part, action });
    else {
      matches.push({ rule, part, action: onlyCounts ? { kind: 'count', insert: [] } : action });
      break;
    }
  }
  return matches;
}

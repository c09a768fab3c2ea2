/** Questions about the web ACL of the edge. */
import type { PlannedStack } from '../harness/mocked-plan-stack.js';
import { at, listAt, textAt } from './questions.js';

/** Its rules in the order in which they are evaluated. */
export const rulesInOrder = (plan: PlannedStack, acl = 'aws_wafv2_web_acl.edge'): readonly unknown[] =>
  listAt(plan.get(acl).values, 'rule').toSorted((a, b) => Number(at(a, 'priority')) - Number(at(b, 'priority')));

/** The rule of that name. @throws when there is none */
export function ruleOf(plan: PlannedStack, name: string): unknown {
  const names = rulesInOrder(plan).map((rule) => textAt(rule, 'name'));
  const found = rulesInOrder(plan)[names.indexOf(name)];
  if (found === undefined) throw new Error(`The web ACL has no rule ${name}; it has ${names.join(', ')}.`);
  return found;
}

/** AWS's rule groups in it, and whether the group's own actions hold (`none`) or all count. */
export const managedGroupsOf = (plan: PlannedStack): readonly { readonly name: string; readonly override: string }[] =>
  rulesInOrder(plan).flatMap((rule) => {
    const group = at(rule, 'statement.0.managed_rule_group_statement.0');
    if (at(group, 'vendor_name') !== 'AWS') return [];
    const override = at(rule, 'override_action.0.none') === undefined ? 'count' : 'none';
    return [{ name: textAt(group, 'name'), override }];
  });

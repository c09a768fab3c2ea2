import { z } from 'zod';
import type { LocalContext } from '../../../local/contract/context.js';
import { actionSchema, type Action } from './actions.js';
import { compileCondition, conditionSchema, type Matches, type RequestFacts } from './conditions.js';
import { LocalTargetGroup } from './local-target-group.js';

/** What is read of `aws_lb`. */
const loadBalancerSchema = z.object({
  idle_timeout: z.number().default(60),
  drop_invalid_header_fields: z.boolean().default(false),
});

/** What is read of `aws_lb_listener`. */
export const listenerSchema = z.object({
  load_balancer_arn: z.string(),
  port: z.number(),
  protocol: z.enum(['HTTP', 'HTTPS']),
  default_action: z.tuple([actionSchema]),
});

/** What is read of `aws_lb_listener_rule`. */
export const ruleSchema = z.object({
  listener_arn: z.string(),
  priority: z.number(),
  condition: z.array(conditionSchema).min(1),
  action: z.tuple([actionSchema]),
});

export type ListenerArgs = z.infer<typeof listenerSchema>;

/** A rule with everything looked up. */
export interface Rule {
  readonly address: string;
  /** For the trace: `priority 10`. */
  readonly label: string;
  readonly matches: readonly Matches[];
  readonly action: Action;
  /** Of a forward. */
  readonly group: LocalTargetGroup | undefined;
}

/** All that a listener goes by. */
export interface RuleTable {
  /** By priority. */
  readonly rules: readonly Rule[];
  /** Matches what no rule does. */
  readonly otherwise: Rule;
  readonly idleTimeoutMs: number;
  readonly dropsInvalidFields: boolean;
}

/** The rules of the listener at `ctx.address` as they are now. */
export function compileTable(listenerArn: string, args: ListenerArgs, ctx: LocalContext): RuleTable {
  const loadBalancer = ctx.addressOf('arn', args.load_balancer_arn);
  const settings = loadBalancerSchema.parse((loadBalancer && ctx.argumentsOf(loadBalancer)) ?? {});
  const rules = ctx
    .all('aws_lb_listener_rule')
    .flatMap((address) => {
      // One that could not be applied is none.
      const { data } = ruleSchema.safeParse(ctx.argumentsOf(address));
      return data?.listener_arn === listenerArn ? [{ address, ...data }] : [];
    })
    .sort((one, other) => one.priority - other.priority)
    .map(({ address, priority, condition, action: [action] }) =>
      makeRule(address, `priority ${String(priority)}`, condition.map(compileCondition), action, ctx),
    );
  return {
    rules,
    otherwise: makeRule(ctx.address, 'default action', [], args.default_action[0], ctx),
    idleTimeoutMs: settings.idle_timeout * 1000,
    dropsInvalidFields: settings.drop_invalid_header_fields,
  };
}

function makeRule(
  address: string,
  label: string,
  matches: readonly Matches[],
  action: Action,
  ctx: LocalContext,
): Rule {
  const target = action.type === 'forward' ? ctx.addressOf('arn', action.target_group_arn) : undefined;
  const group = target === undefined ? undefined : ctx.connect(target, 'targetGroup');
  return { address, label, matches, action, group: group instanceof LocalTargetGroup ? group : undefined };
}

/** The first rule all of whose conditions hold. */
export function findRule({ rules, otherwise }: RuleTable, facts: RequestFacts): Rule {
  return rules.find(({ matches }) => matches.every((match) => match(facts))) ?? otherwise;
}

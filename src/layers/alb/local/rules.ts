import { z } from 'zod';
import type { LocalContext } from '../../../local/contract/context.js';
import { actionSchema, type Action } from './actions.js';
import { compileCondition, conditionSchema, type Matches, type RequestFacts } from './conditions.js';
import { Forward } from './forward.js';
import { LocalTargetGroup } from './local-target-group.js';
import { loadBalancerSchema, type LoadBalancer } from './settings.js';

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
  readonly forward: Forward | undefined;
}

/** All that a listener goes by. */
export interface RuleTable {
  /** By priority. */
  readonly rules: readonly Rule[];
  /** Matches what no rule does. */
  readonly otherwise: Rule;
  readonly loadBalancer: LoadBalancer;
}

/** The rules of the listener at `ctx.address` as they are now. */
export function compileTable(listenerArn: string, args: ListenerArgs, ctx: LocalContext): RuleTable {
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
    loadBalancer: loadBalancerOf(args.load_balancer_arn, ctx),
  };
}

/** The load balancer's own arguments as they are now. */
export function loadBalancerOf(arn: string, ctx: LocalContext): LoadBalancer {
  const address = ctx.addressOf('arn', arn);
  return loadBalancerSchema.parse((address && ctx.argumentsOf(address)) ?? {});
}

function makeRule(
  address: string,
  label: string,
  matches: readonly Matches[],
  action: Action,
  ctx: LocalContext,
): Rule {
  const forward = action.type === 'forward' ? makeForward(address, action, ctx) : undefined;
  return { address, label, matches, action, forward };
}

function makeForward(address: string, action: Extract<Action, { type: 'forward' }>, ctx: LocalContext): Forward {
  const [{ target_group, stickiness }] = action.forward ?? [
    { target_group: [{ arn: action.target_group_arn ?? '', weight: 1 }], stickiness: undefined },
  ];
  const sticky = stickiness?.[0].enabled === true ? stickiness[0].duration : undefined;
  const groups = target_group.map(({ arn, weight }) => ({ arn, weight, group: groupOf(arn, ctx) }));
  return new Forward(address, groups, sticky);
}

function groupOf(arn: string, ctx: LocalContext): LocalTargetGroup | undefined {
  const address = ctx.addressOf('arn', arn);
  const group = address === undefined ? undefined : ctx.connect(address, 'targetGroup');
  return group instanceof LocalTargetGroup ? group : undefined;
}

/** The first rule all of whose conditions hold. */
export function findRule({ rules, otherwise }: RuleTable, facts: RequestFacts): Rule {
  return rules.find(({ matches }) => matches.every((match) => match(facts))) ?? otherwise;
}

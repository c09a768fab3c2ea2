import type { Attributes, LocalBehaviour, LocalRule, Resolved } from '../../stack/layer.js';
import type { LocalContext } from '../contract/context.js';

/** What fake rules were asked, in order: `apply aws_vpc.main`. */
export interface FakeRules {
  readonly rules: Readonly<Record<string, LocalRule>>;
  readonly calls: string[];
  /** Resolved arguments of the last apply, by address. */
  readonly args: Map<string, Resolved['args']>;
}

type Apply = (resource: Resolved, ctx: LocalContext) => Promise<Attributes> | Attributes;

/** Rules for these types that note what they are asked. Attributes are `id` and `arn`, both the address, unless `apply` gives others. */
export function fakeRules(
  types: readonly string[],
  given: Partial<Omit<LocalBehaviour, 'apply'>> & { readonly apply?: Apply } = {},
): FakeRules {
  const calls: string[] = [];
  const args = new Map<string, Resolved['args']>();
  const { apply, destroy, stop, ...rest } = given;
  const rule: LocalBehaviour = {
    fidelity: 'exact',
    ...rest,
    apply: async (resource, ctx) => {
      calls.push(`apply ${resource.address}`);
      args.set(resource.address, resource.args);
      return (await apply?.(resource, ctx)) ?? { id: resource.address, arn: resource.address };
    },
    destroy: async (resource, ctx) => {
      calls.push(`destroy ${resource.address}`);
      await destroy?.(resource, ctx);
    },
    stop: async (resource, ctx) => {
      calls.push(`stop ${resource.address}`);
      await stop?.(resource, ctx);
    },
  };
  return { rules: Object.fromEntries(types.map((type) => [type, rule])), calls, args };
}

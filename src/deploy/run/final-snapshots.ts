import { referencesIn } from '../../stack/expr.js';
import { targetOf, type Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import type { PlannedChange } from '../terraform/plan.js';
import type { PlanOptions, SavedPlan, TerraformRunner } from '../terraform/runner.js';
import type { DeployedState } from '../terraform/state.js';

const key = 'aws_kms_key.main';

/**
 * The key that final snapshots are encrypted with, when there are any: without it they would be of no use. What the config has counts
 * beside what the state has, since a destroy that was killed may have made them already.
 * @returns its address, when it is to stay
 */
export function keptKey(stack: Stack, state: DeployedState, skipSnapshots: boolean): string | undefined {
  if (state.values(key) === undefined) return undefined;
  const { nodes } = viewOf(stack);
  // Only what the config has can be told to make none.
  const deployed = state.addresses.filter((address) => !skipSnapshots || !nodes.has(address));
  const leaves = (type: string, values: object | undefined) => values !== undefined && leavesSnapshot(type, values);
  const inState = deployed.some((address) => leaves(address.split('.')[0] ?? '', state.values(address)));
  const inConfig = !skipSnapshots && stack.resources.some(({ type, args }) => leaves(type, args));
  return inState || inConfig ? key : undefined;
}

function leavesSnapshot(type: string, values: object): boolean {
  if (type === 'aws_db_instance') return Reflect.get(values, 'skip_final_snapshot') === false;
  const name: unknown = Reflect.get(values, 'final_snapshot_identifier');
  return type === 'aws_elasticache_replication_group' && name !== undefined && name !== null && name !== '';
}

/** A plan that destroys all but one resource, which needs none of the others. */
export async function planWithout(
  terraform: Pick<TerraformRunner, 'plan'>,
  { addresses }: DeployedState,
  kept: string | undefined,
): Promise<SavedPlan> {
  if (kept === undefined) return terraform.plan({ destroy: true, refresh: false });
  const targets = addresses.filter((address) => address !== kept);
  // No target at all would mean everything.
  if (targets.length === 0) return { file: '', changes: [], imports: [] };
  return terraform.plan({ destroy: true, refresh: false, targets });
}

/**
 * A plan in which a database or cache that is made anew names its final snapshot anew too: the one before it may have taken the name.
 */
export async function planRenaming(
  terraform: Pick<TerraformRunner, 'plan'>,
  stack: Stack,
  options: PlanOptions = {},
): Promise<SavedPlan> {
  const plan = await terraform.plan(options);
  const replace = suffixesOf(stack, plan.changes);
  return replace.length === 0 ? plan : terraform.plan({ ...options, replace });
}

/** What ends the names of final snapshots, where it stays though what it names is made anew. */
function suffixesOf(stack: Stack, changes: readonly PlannedChange[]): readonly string[] {
  const { nodes } = viewOf(stack);
  const made = new Set(changes.flatMap(({ address, action }) => (isMade(action) ? [address] : [])));
  const suffixes = [...made].flatMap((address) => {
    const node = nodes.get(address);
    if (node === undefined || !('final_snapshot_identifier' in node.args)) return [];
    return referencesIn(node.args.final_snapshot_identifier).map((reference) => targetOf(reference) ?? '');
  });
  return [...new Set(suffixes)].filter((one) => one.startsWith('terraform_data.') && !made.has(one));
}

const isMade = (action: PlannedChange['action']): boolean => action === 'create' || action === 'replace';

import { identifier } from '../../base/names.js';
import { dependenciesOf } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { redisParts } from '../rotation/index.js';
import { hasObjects } from '../state/empty-bucket.js';
import type { PlannedChange } from '../terraform/plan.js';
import { doesNothing, type PlanOptions, type SavedPlan } from '../terraform/runner.js';
import type { DeployedState } from '../terraform/state.js';
import { planRenaming } from './final-snapshots.js';
import { assertLossesAllowed, reviewOf, type Review } from './review.js';
import type { Stages } from './stages.js';
import { withDependents } from './targets.js';
import { unprotect } from './unprotect.js';
import type { Target, Workspace } from './workspace.js';

/** Shows what would be done and asks. @throws LandfallError when it must not be done */
export type Confirm = (review: Review, question: string) => Promise<void>;

interface Parts {
  readonly target: Target;
  readonly stages: Stages;
  readonly confirm: Confirm;
  readonly allowDataLoss: readonly string[];
}

interface Scope {
  /** Absent for everything; empty when Terraform has nothing to do. */
  readonly targets?: readonly string[];
  readonly refresh: boolean;
  /** Services whose database is migrated before they take their new image, where this is planned. */
  readonly migrated: (planned: readonly PlannedChange[]) => readonly string[];
  /** Nothing was deployed to the end yet: nobody is served, so nothing but tasks has to wait for the migrations. */
  readonly firstEver: boolean;
  /** Called before the first change. */
  readonly begin: () => Promise<void>;
}

/**
 * One saved plan, shown and confirmed, then applied. Where databases are migrated or Redis is made, what the migrating services need and
 * Redis are made first (the first time: all but services), then Redis gets the password of its secret and the migrations run, and the
 * rest follows by a plan that may hold no change but those that were confirmed: no task starts before Redis knows its password.
 * @returns what was changed, and the state after it
 */
export async function applyReviewed(
  parts: Parts,
  workspace: Workspace,
  scope: Scope,
): Promise<{ readonly changes: readonly PlannedChange[]; readonly state: DeployedState }> {
  const { terraform } = workspace;
  const { targets = [], refresh } = scope;
  if (scope.targets?.length === 0) {
    await scope.begin();
    return { changes: [], state: await terraform.state() };
  }
  const planned = (options: PlanOptions) => planRenaming(terraform, parts.target.synthesis.stack, options);
  const whole = await planned({ targets, refresh });
  await askFor(parts, whole.changes);
  await scope.begin();
  const migrated = scope.migrated(whole.changes);
  const cache = redisParts(parts.target.synthesis.stack);
  const makesCache = whole.changes.some(({ address, action }) => action !== 'update' && cache.includes(address));
  const setPassword = async (state: DeployedState) => {
    if (cache.length > 0) await parts.stages.rotateRedis({ target: parts.target, workspace, state });
  };
  if (migrated.length === 0 && !makesCache) {
    // A run before may have made the cache and gone no further.
    if (refresh && cache.length > 0 && whole.changes.length > 0) await setPassword(await terraform.state());
    await applyPlan(parts, terraform, whole);
    return { changes: whole.changes, state: await terraform.state() };
  }
  const needed = [...neededBy(parts.target, migrated), ...(makesCache ? cache : [])];
  const before = scope.firstEver ? allButServices(parts.target) : [...new Set(needed)].toSorted();
  const first = await planned({ targets: before, refresh: false });
  await askFor(parts, notIn(first.changes, whole.changes));
  await applyPlan(parts, terraform, first);
  const between = await terraform.state();
  await setPassword(between);
  if (migrated.length > 0) await parts.stages.migrate({ target: parts.target, workspace, state: between }, migrated);
  const unread = await planned({ targets, refresh: false });
  const missing = notIn(whole.changes, [...first.changes, ...unread.changes]);
  // What was changed by hand, or rolled back by ECS, only reading shows.
  const rest = refresh && missing.length > 0 ? await planned({ targets, refresh }) : unread;
  await askFor(parts, notIn(rest.changes, whole.changes));
  if (doesNothing(rest)) return { changes: whole.changes, state: between };
  await applyPlan(parts, terraform, rest);
  return { changes: whole.changes, state: await terraform.state() };
}

/** Applies a plan that was confirmed, once what protects the data that may go is lifted. */
async function applyPlan(
  { target, allowDataLoss }: Parts,
  terraform: Workspace['terraform'],
  plan: SavedPlan,
): Promise<void> {
  if (doesNothing(plan)) return;
  const going = plan.changes.filter(({ address }) => allowDataLoss.includes(address));
  await unprotect(target, going);
  await terraform.apply(plan);
}

async function askFor(parts: Parts, changes: readonly PlannedChange[]): Promise<void> {
  if (changes.length === 0) return;
  const review = await reviewOf(changes, (bucket) => hasObjects(parts.target.session, bucket));
  assertLossesAllowed(review, parts.allowDataLoss);
  await parts.confirm(review, 'Make these changes?');
}

/** Changes that are not among others, such as those that were confirmed. */
function notIn(changes: readonly PlannedChange[], others: readonly PlannedChange[]): readonly PlannedChange[] {
  const known = new Set(others.map(({ address, action }) => `${action} ${address}`));
  return changes.filter(({ address, action }) => !known.has(`${action} ${address}`));
}

/** All that the tasks of these services need before they can run: what their services refer to and depend on. */
function neededBy({ synthesis }: Target, services: readonly string[]): readonly string[] {
  const view = viewOf(synthesis.stack);
  const needed = services.flatMap((service) => {
    const node = view.get(`aws_ecs_service.${identifier(service)}`);
    return node === undefined ? [] : dependenciesOf(node);
  });
  return [...new Set(needed)].filter((address) => !/^(data|ephemeral)\./.test(address)).toSorted();
}

/** All that neither is a service nor needs one. */
function allButServices({ synthesis: { stack } }: Target): readonly string[] {
  const addresses = [...viewOf(stack).nodes.keys()].filter((address) => !/^(data|ephemeral)\./.test(address));
  const left = withDependents(
    stack,
    addresses.filter((address) => /^aws_(ecs|apprunner)_service\./.test(address)),
  );
  return addresses.filter((address) => !left.has(address)).toSorted();
}

import { withLock } from '../../base/lock.js';
import { viewOf } from '../../stack/view.js';
import type { Waiting } from '../../base/waiting.js';
import { recovered } from '../adopt/recover.js';
import { takeOver } from '../adopt/take-over.js';
import { deleteAppRunnerLogs } from '../logs/app-runner.js';
import { beginDeployment, forgetDeployment, forgetLatest, recordId } from '../records.js';
import { writeImports } from '../secrets/index.js';
import { removeTaskDefinitions } from '../services/task-definitions.js';
import { stateBucketExists } from '../state/bucket.js';
import { takenOver, withClaim } from '../state/claim.js';
import { removeBucket } from '../state/empty-bucket.js';
import type { PlannedChange } from '../terraform/plan.js';
import type { DeployedState } from '../terraform/state.js';
import type { Confirm } from './apply.js';
import { keptKey, planWithout } from './final-snapshots.js';
import { variablesOf } from './images.js';
import { liftFor, removeLift, writeLift, type Lift } from './lift.js';
import { findRemains } from './remains.js';
import { assertLossesAllowed, reviewOf, type Loss } from './review.js';
import { unprotect } from './unprotect.js';
import { backendOf, claimOf, lockFile, openWorkspace, writeImages, type Target, type Workspace } from './workspace.js';

export interface Destroy {
  readonly target: Target;
  readonly waiting: Waiting;
  readonly confirm: Confirm;
  /** Databases that are protected go only when their address stands here. */
  readonly allowDataLoss: readonly string[];
  readonly skipFinalSnapshot: boolean;
  /** Removes the state bucket too, with the records of all deployments. */
  readonly withState: boolean;
  readonly unlock?: string | undefined;
}

export interface DestroyResult {
  readonly destroyed: readonly PlannedChange[];
  /** ARNs that still carry the environment's tags, the state bucket among them unless it was removed. */
  readonly remains: readonly string[];
  /** ARN of the key that the final snapshots need: it was left, and Terraform knows of it no more. */
  readonly keptKey?: string;
}

/**
 * Destroys all that Terraform made for an environment, and what that needs: protection lifted, buckets and repositories emptied.
 * Killed and run again it goes on.
 */
export function destroyAws(destroy: Destroy): Promise<DestroyResult> {
  const { projectFolder, synthesis } = destroy.target;
  return withLock(lockFile(projectFolder, synthesis.manifest.environment), () => run(destroy));
}

async function run(destroy: Destroy): Promise<DestroyResult> {
  const { target, withState } = destroy;
  const { session, synthesis } = target;
  const workspace = await openWorkspace(target);
  const deployed = await stateBucketExists(session, workspace.bucket);
  const claiming = claimOf(target, workspace, destroy.waiting);
  const done = deployed ? await withClaim(claiming, (isHeld) => destroyAll(destroy, workspace, isHeld)) : nothing;
  if (deployed && withState) await removeBucket(session, workspace.bucket);
  const found = await findRemains(session, synthesis.manifest);
  const { keptKey: kept } = done;
  return { ...done, remains: kept === undefined || found.includes(kept) ? found : [...found, kept].toSorted() };
}

type Done = Omit<DestroyResult, 'remains'>;
const nothing: Done = { destroyed: [] };

async function destroyAll(destroy: Destroy, workspace: Workspace, isHeld: () => boolean): Promise<Done> {
  const done = await destroyResources(destroy, workspace, isHeld);
  if (!isHeld()) throw takenOver();
  const { session, synthesis } = destroy.target;
  await removeTaskDefinitions(session, synthesis.manifest);
  await deleteAppRunnerLogs(session, synthesis.stack);
  return done;
}

async function destroyResources(destroy: Destroy, workspace: Workspace, isHeld: () => boolean): Promise<Done> {
  const { target, waiting, unlock } = destroy;
  const { session, synthesis } = target;
  const { terraform, folder, bucket } = workspace;
  await writeImports(folder, []);
  await writeImages(folder, variablesOf(synthesis.manifest, {}));
  await terraform.init(backendOf(workspace, target));
  if (unlock !== undefined) await terraform.unlock(unlock);
  await takeOver(target, workspace);
  const state = await terraform.state();
  if (state.addresses.length === 0) {
    await forgetDeployment(session, bucket);
    return nothing;
  }
  const now = waiting.now();
  const id = recordId(now);
  const lift = liftFor(synthesis.stack, state, { skipped: destroy.skipFinalSnapshot, id });
  await writeLift(folder, synthesis.stack, lift);
  try {
    const kept = keptKey(synthesis.stack, state, destroy.skipFinalSnapshot);
    const { changes } = await planWithout(terraform, state, kept);
    await askFor(destroy, changes, state);
    if (!isHeld()) throw takenOver();
    await beginDeployment(session, bucket, { id, at: new Date(now).toISOString(), by: session.callerArn });
    // What stood no longer stands: a deploy after a destroy that was killed makes and migrates everything.
    await forgetLatest(session, bucket);
    await liftProtection(workspace, lift);
    // Terraform can override what the config has alone.
    const { nodes } = viewOf(synthesis.stack);
    await unprotect(
      target,
      changes.filter(({ address }) => !nodes.has(address)),
    );
    const plan = await planWithout(terraform, state, kept);
    if (plan.changes.length > 0) await terraform.apply(plan);
    // Last, so that a deploy after a destroy that was killed finds the key of what still stands.
    if (kept !== undefined) await terraform.forget([kept]);
    await forgetDeployment(session, bucket);
    await recovered(workspace);
    return { destroyed: changes, ...(kept !== undefined && { keptKey: state.text(kept, 'arn') }) };
  } finally {
    await removeLift(folder);
  }
}

/** @throws LandfallErrors `DATA_LOSS` for a protected database whose address was not given */
async function askFor(
  { confirm, allowDataLoss, skipFinalSnapshot }: Destroy,
  changes: readonly PlannedChange[],
  state: DeployedState,
): Promise<void> {
  const after = skipFinalSnapshot ? changes.map(withoutSnapshot) : changes;
  const review = await reviewOf(after, () => Promise.resolve(true));
  const isProtected = ({ address }: Loss) => state.values(address)?.['deletion_protection'] === true;
  assertLossesAllowed({ ...review, losses: review.losses.filter(isProtected) }, allowDataLoss);
  await confirm(review, 'Destroy all of it?');
}

const withoutSnapshot = (change: PlannedChange): PlannedChange => ({
  ...change,
  before: { ...change.before, skip_final_snapshot: true, final_snapshot_identifier: null },
});

async function liftProtection({ terraform }: Workspace, lift: Lift): Promise<void> {
  const targets = Object.keys(lift.arguments);
  if (targets.length === 0) return;
  const plan = await terraform.plan({ targets, refresh: false });
  if (plan.changes.length > 0) await terraform.apply(plan);
}

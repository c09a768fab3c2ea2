import type { ResourceType, Stack } from '../../stack/stack.js';
import { noLift, removeLift, writeLift } from '../run/lift.js';
import { withDependents } from '../run/targets.js';
import type { Target, Workspace } from '../run/workspace.js';
import { readAdopted, writeAdopted, type AdoptedBlock } from '../terraform/adopted.js';
import type { PlannedChange } from '../terraform/plan.js';
import { importRules } from './import-rules.js';
import { recover } from './recover.js';

/** Arguments that say how a resource is destroyed. AWS does not give them back, so one that was taken over has them from the config. */
const howDestroyed = new Set([
  'delete_automated_backups',
  'deletion_window_in_days',
  'final_snapshot_identifier',
  'force_delete',
  'force_destroy',
  'recovery_window_in_days',
  'skip_destroy',
  'skip_final_snapshot',
]);

/**
 * Brings into the state what an interrupted run has made, as it stands: it is destroyed with the rest. Nothing new is made for it, but
 * what only stands in the state. What cannot be taken over without that is told, and keeps nothing else from being taken over.
 */
export async function takeOver(target: Target, workspace: Workspace): Promise<void> {
  const { terraform, folder } = workspace;
  const { stack } = target.synthesis;
  const found = await recover(target, workspace);
  if (found.length === 0) return;
  await writeLift(folder, stack, noLift, (address, name) => found.includes(address) && howDestroyed.has(name));
  try {
    for (let targets = found; targets.length > 0; targets = (await readAdopted(folder)).map(({ to }) => to)) {
      const plan = await terraform.plan({ targets, refresh: false });
      const blocks = await readAdopted(folder);
      if (blocks.length === targets.length) {
        const made = plan.changes.filter((change) => !isRepeated(change)).map(({ address }) => address);
        if (made.length === 0) {
          await terraform.apply(plan);
          return;
        }
        const lost = needing(stack, made, blocks);
        tell(target, lost, made);
        await writeAdopted(
          folder,
          blocks.filter((block) => !lost.includes(block)),
        );
      }
    }
  } finally {
    await writeAdopted(folder, []);
    await removeLift(folder);
  }
}

const isRepeated = ({ type, action }: PlannedChange): boolean =>
  action === 'update' || (action === 'create' && 'instead' in importRules[type as ResourceType]);

/** Those that are made anew themselves or need what is; all when that is not known, so that there are fewer each time. */
function needing(stack: Stack, made: readonly string[], blocks: readonly AdoptedBlock[]): readonly AdoptedBlock[] {
  const without = withDependents(stack, made);
  const lost = blocks.filter(({ to }) => without.has(to));
  return lost.length > 0 ? lost : blocks;
}

function tell({ emit }: Target, lost: readonly AdoptedBlock[], made: readonly string[]): void {
  for (const { to } of lost)
    emit({
      type: 'warning',
      problem: {
        code: 'LEFT_OVER',
        message: `${to} was made by an interrupted run, and could be taken over only by making ${made.join(', ')} anew: it is not destroyed.`,
        fix: 'Remove it on AWS. While it stands it may be charged, and keep what it belongs to from being destroyed.',
        path: to,
      },
    });
}

import { LandfallError } from '../../base/errors.js';
import type { Address } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { findTagged } from '../aws/tagged.js';
import { backendOf, type Target, type Workspace } from '../run/workspace.js';
import { writeAdopted, type AdoptedBlock } from '../terraform/adopted.js';
import { readJournal } from './creations.js';
import { importBlocks } from './import-blocks.js';
import { unsavedIn, type Unsaved } from './unsaved.js';

/**
 * Lets the next plan take over what Terraform had made and not saved when it was killed, and saves the state that it left behind.
 * Nothing is asked of AWS when the last apply of this machine was saved.
 * @returns addresses that the plan will try to take over
 */
export async function recover(target: Target, workspace: Workspace): Promise<readonly string[]> {
  const { terraform } = workspace;
  if (!(await terraform.isUnsure())) return [];
  const told = await terraform.unsaved();
  await terraform.init(backendOf(workspace, target));
  if (await terraform.pushLeftState()) {
    target.emit({ type: 'step', id: 'state:push', label: 'the state that Terraform left is saved', status: 'done' });
  }
  const unsaved = unsavedIn(readJournal(told), await terraform.state());
  if (unsaved.creations.length + unsaved.besides.length === 0) {
    await terraform.allSaved();
    return [];
  }
  await terraform.forget(unsaved.gone);
  return adopt(target, workspace, unsaved);
}

/**
 * The same for a plan, which writes no state.
 * @throws LandfallError `STATE_NOT_SAVED` when only a deploy can go on from what stands
 */
export async function recoverForPlan(target: Target, workspace: Workspace): Promise<void> {
  const { terraform } = workspace;
  if (!(await terraform.isUnsure())) return;
  if (await terraform.hasLeftState()) throw unsavedState();
  const unsaved = unsavedIn(readJournal(await terraform.unsaved()), await terraform.state());
  if (unsaved.gone.length > 0) throw unsavedState();
  await adopt(target, workspace, unsaved);
}

/** Writes what the next plan imports. @returns its addresses */
async function adopt(target: Target, { folder }: Workspace, unsaved: Unsaved): Promise<readonly string[]> {
  const { stack, manifest } = target.synthesis;
  const blocks = await importBlocks(stack, unsaved.creations, () => findTagged(target.session, manifest));
  await writeAdopted(folder, blocks);
  tell(target, unsaved, blocks);
  return blocks.map(({ to }) => to);
}

const unsavedState = (): LandfallError =>
  new LandfallError({
    code: 'STATE_NOT_SAVED',
    message: 'An interrupted run left what the state does not know yet, and a plan saves nothing.',
    fix: 'Run infra:deploy on this machine: it saves that first, then shows its plan and asks.',
  });

/** Everything that the environment has is in the state: what was kept to be taken over is forgotten. */
export async function recovered({ folder, terraform }: Workspace): Promise<void> {
  await writeAdopted(folder, []);
  await terraform.allSaved();
}

function tell({ emit, synthesis }: Target, { besides, creations }: Unsaved, blocks: readonly AdoptedBlock[]): void {
  const step = { type: 'step', id: 'adopt', label: 'take over what an interrupted run has made' } as const;
  if (blocks.length > 0) emit({ ...step, status: 'done', detail: `${String(blocks.length)} resources` });
  const view = viewOf(synthesis.stack);
  const unwanted = creations.filter(({ address }) => view.get(address as Address) === undefined);
  for (const { address, made } of [...besides, ...unwanted]) {
    if (made === undefined) continue;
    emit({
      type: 'warning',
      problem: {
        code: 'LEFT_OVER',
        message: `${address} (${made.id}) was made by an interrupted run, and nothing of this deploy can take it over.`,
        fix: 'Remove it on AWS. While it stands it may be charged, and keep what it belongs to from being destroyed.',
        path: address,
      },
    });
  }
}

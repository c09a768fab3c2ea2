import { doesNothing } from '../terraform/runner.js';
import type { Confirm } from './apply.js';
import { variablesOf } from './images.js';
import { findRepositories } from './repositories.js';
import { reviewOf } from './review.js';
import { backendOf, writeImages, type Target, type Workspace } from './workspace.js';

/**
 * Makes the image repositories that are missing, and what they need: images are pushed before any service is made.
 * @returns the URIs by Terraform address
 */
export async function makeRepositories(
  { target, confirm }: { readonly target: Target; readonly confirm: Confirm },
  workspace: Workspace,
): Promise<Readonly<Record<string, string>>> {
  const { stack, manifest } = target.synthesis;
  const known = await findRepositories(target.session, stack);
  const targets = manifest.images.map(({ repository }) => repository).filter((address) => known[address] === undefined);
  if (targets.length === 0) return known;
  const { folder, terraform } = workspace;
  await terraform.init(backendOf(workspace, target));
  // Terraform wants a value for each variable, of those too that these targets do not use.
  await writeImages(folder, variablesOf(manifest, {}));
  const plan = await terraform.plan({ targets });
  if (doesNothing(plan)) return findRepositories(target.session, stack);
  await confirm(await reviewOf(plan.changes, () => Promise.resolve(true)), 'Make the image repositories first?');
  await terraform.apply(plan);
  return findRepositories(target.session, stack);
}

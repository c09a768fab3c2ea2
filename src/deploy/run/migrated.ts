import type { Manifest } from '../../stack/manifest.js';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import type { PlannedChange } from '../terraform/plan.js';
import { taskDefinitionOf } from './stages.js';

/**
 * Services of the cluster whose `migrate` command runs before they take their image: those with a new one or, where the plan makes the
 * database server anew, all.
 * @param changed services with a new image
 */
export function migratedBy(
  { stack, manifest }: { readonly stack: Stack; readonly manifest: Pick<Manifest, 'images'> },
  changed: readonly string[],
  planned: readonly PlannedChange[],
): readonly string[] {
  const view = viewOf(stack);
  const isEmpty = planned.some(
    ({ type, action }) => type === 'aws_db_instance' && (action === 'create' || action === 'replace'),
  );
  return manifest.images.flatMap(({ service, migrate }) =>
    migrate !== undefined && (isEmpty || changed.includes(service)) && view.get(taskDefinitionOf(service)) !== undefined
      ? [service]
      : [],
  );
}

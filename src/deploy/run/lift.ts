import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { physicalName } from '../../base/names.js';
import { addressOf, type Stack } from '../../stack/stack.js';
import type { DeployedState } from '../terraform/state.js';

/** What keeps resources from being destroyed, as Terraform overrides that lift it. */
export interface Lift {
  /** Arguments by address; to be applied before the destroy. */
  readonly arguments: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Addresses that Terraform itself keeps; lifted by the override alone. */
  readonly kept: readonly string[];
}

/** What becomes of final snapshots. */
interface Snapshots {
  /** They are given up. */
  readonly skipped: boolean;
  /** Of this destroy, as records have them. */
  readonly id: string;
}

/**
 * What stands in the way of destroying what the state holds: deletion protection, objects in buckets, images in repositories, and the
 * names of final snapshots, which a destroy or a replacement before this one may have taken.
 */
export function liftFor(stack: Stack, state: DeployedState, snapshots: Snapshots): Lift {
  const lifted: Record<string, Readonly<Record<string, unknown>>> = {};
  const kept: string[] = [];
  for (const resource of stack.resources) {
    const address = addressOf('resource', resource);
    const values = state.values(address);
    if (values === undefined) continue;
    if (resource.lifecycle?.prevent_destroy === true) kept.push(address);
    const own = obstacles(resource.type, values, snapshots);
    if (Object.keys(own).length > 0) lifted[address] = own;
  }
  return { arguments: lifted, kept };
}

function obstacles(
  type: string,
  values: Readonly<Record<string, unknown>>,
  { skipped, id }: Snapshots,
): Readonly<Record<string, unknown>> {
  switch (type) {
    case 'aws_db_instance':
      return {
        ...(values['deletion_protection'] === true && { deletion_protection: false }),
        ...(skipped && values['skip_final_snapshot'] !== true && { skip_final_snapshot: true }),
        ...(!skipped && values['skip_final_snapshot'] === false && freshName(values, values['identifier'], id)),
      };
    case 'aws_elasticache_replication_group':
      if (!isText(values['final_snapshot_identifier'])) return {};
      return skipped ? { final_snapshot_identifier: null } : freshName(values, values['replication_group_id'], id);
    case 'aws_lb':
      return values['enable_deletion_protection'] === true ? { enable_deletion_protection: false } : {};
    case 'aws_s3_bucket':
      return values['force_destroy'] === true ? {} : { force_destroy: true };
    case 'aws_ecr_repository':
      return values['force_delete'] === true ? {} : { force_delete: true };
    default:
      return {};
  }
}

/**
 * The name under which this destroy keeps the final snapshot. One that a destroy before it gave stays: what it names may be going or gone
 * by now, and Terraform fails to update what is not there.
 */
function freshName(
  { final_snapshot_identifier: name }: Readonly<Record<string, unknown>>,
  of: unknown,
  id: string,
): { readonly final_snapshot_identifier?: string } {
  if (isText(name) && /-final-\d{8}t\d{6}z-[0-9a-f]{8}$/.test(name)) return {};
  // Both services keep names in lower case; RDS takes 255 characters.
  return { final_snapshot_identifier: physicalName(255, String(of), 'final', id.toLowerCase()) };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

// Terraform merges files that end so into the resources of the others.
const fileName = 'destroy_override.tf.json';

/** Nothing is lifted: all stays as it stands. */
export const noLift: Lift = { arguments: {}, kept: [] };

/**
 * Lets Terraform do what is lifted, and beside that leave everything as it stands: what is destroyed soon is neither changed nor replaced,
 * whatever the config or the images say by now.
 * @param isFromConfig whether an argument is taken from the config all the same
 */
export async function writeLift(
  folder: string,
  stack: Stack,
  lift: Lift,
  isFromConfig: (address: string, name: string) => boolean = () => false,
): Promise<void> {
  const resources: Record<string, Record<string, object>> = {};
  for (const resource of stack.resources) {
    const address = addressOf('resource', resource);
    const lifted = lift.arguments[address] ?? {};
    const left = Object.keys(resource.args).filter((name) => !isFromConfig(address, name) && !(name in lifted));
    const ignored = [...new Set([...left, ...(resource.lifecycle?.ignore_changes ?? [])])];
    const lifecycle = {
      ...(ignored.length > 0 && { ignore_changes: ignored }),
      ...(lift.kept.includes(address) && { prevent_destroy: false }),
    };
    (resources[resource.type] ??= {})[resource.name] = { ...lifted, lifecycle };
  }
  await writeFile(join(folder, fileName), `${JSON.stringify({ resource: resources }, null, 2)}\n`);
}

/** So that no deploy works with it. */
export const removeLift = (folder: string): Promise<void> => rm(join(folder, fileName), { force: true });

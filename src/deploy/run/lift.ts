import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressOf, type Stack } from '../../stack/stack.js';
import type { DeployedState } from '../terraform/state.js';

/** What keeps resources from being destroyed, as Terraform overrides that lift it. */
export interface Lift {
  /** Arguments by address; to be applied before the destroy. */
  readonly arguments: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Addresses that Terraform itself keeps; lifted by the override alone. */
  readonly kept: readonly string[];
}

/**
 * What stands in the way of destroying what the state holds: deletion protection, objects in buckets, images in repositories.
 * @param skipSnapshots also gives up the final snapshots
 */
export function liftFor(stack: Stack, state: DeployedState, skipSnapshots: boolean): Lift {
  const lifted: Record<string, Readonly<Record<string, unknown>>> = {};
  const kept: string[] = [];
  for (const resource of stack.resources) {
    const address = addressOf('resource', resource);
    const values = state.values(address);
    if (values === undefined) continue;
    if (resource.lifecycle?.prevent_destroy === true) kept.push(address);
    const own = obstacles(resource.type, values, skipSnapshots);
    if (Object.keys(own).length > 0) lifted[address] = own;
  }
  return { arguments: lifted, kept };
}

function obstacles(
  type: string,
  values: Readonly<Record<string, unknown>>,
  skipSnapshots: boolean,
): Readonly<Record<string, unknown>> {
  switch (type) {
    case 'aws_db_instance':
      return {
        ...(values['deletion_protection'] === true && { deletion_protection: false }),
        ...(skipSnapshots && values['skip_final_snapshot'] !== true && { skip_final_snapshot: true }),
      };
    case 'aws_elasticache_replication_group':
      return skipSnapshots && isText(values['final_snapshot_identifier']) ? { final_snapshot_identifier: null } : {};
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

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

// Terraform merges files that end so into the resources of the others.
const fileName = 'destroy_override.tf.json';

/** Nothing is lifted: all stays as it stands. */
export const noLift: Lift = { arguments: {}, kept: [] };

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
 * Lets Terraform do what is lifted, and beside that leave everything as it stands: what is destroyed soon is neither changed nor replaced,
 * whatever the config or the images say by now.
 */
export async function writeLift(folder: string, stack: Stack, lift: Lift): Promise<void> {
  const resources: Record<string, Record<string, object>> = {};
  for (const resource of stack.resources) {
    const address = addressOf('resource', resource);
    const lifted = lift.arguments[address] ?? {};
    const left = Object.keys(resource.args).filter((name) => !howDestroyed.has(name) && !(name in lifted));
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

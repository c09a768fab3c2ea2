import { rm } from 'node:fs/promises';
import type { Emit } from '../base/events.js';
import { findPlane, startPlane } from './client.js';
import type { PlaneFolders } from './folders.js';
import { withLock } from '../base/lock.js';
import { defaultPortBase } from './ports.js';
import { readState } from './state.js';

export interface Down {
  readonly folders: PlaneFolders;
  readonly environment: string;
  readonly emit: Emit;
}

export interface DownResult {
  readonly message: string;
  readonly changed: boolean;
}

/** Stops the plane: services drain, the database stops cleanly, data stays. */
export async function stopLocal({ folders, emit }: Down): Promise<DownResult> {
  const plane = await findPlane(folders);
  if (plane === undefined) return { message: 'The local plane does not run.', changed: false };
  await plane.order('stop', {}, { emit });
  return { message: 'The local plane is stopped; its data is kept.', changed: true };
}

/**
 * Removes everything that was made locally, its data too. A plane that does not run is started for it, so that each resource
 * is removed as it was made; when it cannot be started there is nothing that runs, and its folder goes.
 */
export async function destroyLocal({ folders, environment, emit }: Down): Promise<DownResult> {
  return withLock(folders.lock, async () => {
    const state = await readState(folders.state);
    if (state === undefined)
      return { message: 'There is nothing to destroy: the local plane was never deployed.', changed: false };
    const count = Object.keys(state.resources).length;
    const plane =
      (await findPlane(folders)) ?? (await startPlane(folders, environment, state.portBase || defaultPortBase));
    await plane.order('destroy', {}, { emit });
    await rm(folders.root, { recursive: true, force: true });
    return { message: `Destroyed ${String(count)} resources of the local plane and their data.`, changed: true };
  });
}

import type { DeployedState } from '../terraform/state.js';
import type { Creation, Journal } from './creations.js';

export interface Unsaved {
  /** What the state does not know. */
  readonly creations: readonly Creation[];
  /** Addresses at which the state holds what is gone, and what was to take its place is not known. */
  readonly gone: readonly string[];
  /** What was to take the place of something that still stands: it can be at its address only once that is gone. */
  readonly besides: readonly (Creation & { readonly made: { readonly key: string; readonly id: string } })[];
}

/** Compares what Terraform had made with what its state knows. */
export function unsavedIn({ creations, deleted }: Journal, state: DeployedState): Unsaved {
  const unsaved: Creation[] = [];
  const gone: string[] = [];
  const besides: Unsaved['besides'][number][] = [];
  for (const creation of creations) {
    const { address, made } = creation;
    const known = state.values(address);
    const idKnown = known?.[made?.key ?? 'id'];
    if (known === undefined) unsaved.push(creation);
    else if (typeof idKnown === 'string' && deleted.get(address)?.has(idKnown) === true) {
      gone.push(address);
      unsaved.push(creation);
    } else if (made !== undefined && idKnown !== made.id) besides.push({ address, made });
  }
  return { creations: unsaved, gone, besides };
}

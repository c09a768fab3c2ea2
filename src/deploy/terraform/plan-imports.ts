import type { Emit } from '../../base/events.js';
import { LandfallError } from '../../base/errors.js';
import { foreignBlocks, readAdopted, refusedBlocks, writeAdopted, type AdoptedBlock } from './adopted.js';
import type { PlanDocument } from './plan.js';

interface Parts {
  readonly folder: string;
  readonly owner: { readonly project: string; readonly environment: string };
  readonly emit: Emit;
}

/**
 * Plans, and again without those imports that Terraform refuses, or whose resource is not the environment's own. Each round has fewer of
 * them, so it ends.
 */
export async function planWithImports(parts: Parts, plan: () => Promise<PlanDocument>): Promise<PlanDocument> {
  const { folder, owner, emit } = parts;
  for (;;) {
    const blocks = await readAdopted(folder);
    let dropped: readonly AdoptedBlock[];
    try {
      const document = await plan();
      dropped = foreignBlocks(document, blocks, owner);
      if (dropped.length === 0) return document;
      for (const block of dropped) emit({ type: 'warning', problem: foreign(block) });
    } catch (error) {
      dropped = error instanceof LandfallError ? refusedBlocks(error, blocks) : [];
      if (dropped.length === 0) throw error;
      const detail = dropped.map(({ to }) => to).join(', ');
      const step = { type: 'step', id: 'adopt:refused', label: 'made anew, for Terraform finds none of it' } as const;
      emit({ ...step, status: 'done', detail });
    }
    const without = new Set(dropped);
    await writeAdopted(
      folder,
      blocks.filter((block) => !without.has(block)),
    );
  }
}

const foreign = ({ to, id }: AdoptedBlock) => ({
  code: 'NOT_TAKEN_OVER',
  message: `${id} exists, but does not carry this environment's tags: it is not taken over as ${to}.`,
  fix: 'When AWS refuses to make another of that name, remove it, or choose another project or environment name.',
  path: to,
});

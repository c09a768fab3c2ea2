import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LandfallError } from '../../base/errors.js';
import type { PlanDocument } from './plan.js';

/** An `import` block for what an interrupted run has made, or may have made. */
export interface AdoptedBlock {
  readonly to: string;
  readonly id: string;
  /** It is not known whether it exists, nor whose it is. */
  readonly guessed: boolean;
}

const fileOf = (folder: string): string => join(folder, 'adopted.tf.json');

interface FileDocument {
  readonly import: readonly { readonly '//'?: 'guessed'; readonly to: string; readonly id: string }[];
}

/** The blocks that stand beside the artifact. */
export async function readAdopted(folder: string): Promise<readonly AdoptedBlock[]> {
  const text = await readFile(fileOf(folder), 'utf8').catch(() => '{ "import": [] }');
  return (JSON.parse(text) as FileDocument).import.map(({ '//': mark, to, id }) => ({
    to,
    id,
    guessed: mark === 'guessed',
  }));
}

/** Writes them beside the artifact; no block, no file. */
export async function writeAdopted(folder: string, blocks: readonly AdoptedBlock[]): Promise<void> {
  const document: FileDocument = {
    // Terraform reads a property of this name as a comment.
    import: blocks.map(({ to, id, guessed }) => ({ ...(guessed && { '//': 'guessed' }), to, id })),
  };
  if (blocks.length === 0) await rm(fileOf(folder), { force: true });
  else await writeFile(fileOf(folder), `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
}

/** With these a plan would fail without any import too. */
const others = [
  'AWS_CREDENTIALS_EXPIRED',
  'AWS_NO_CREDENTIALS',
  'AWS_ACCESS_DENIED',
  'AWS_UNREACHABLE',
  'STATE_LOCKED',
  'STATE_DAMAGED',
  'DISK_FULL',
];

/**
 * The blocks without which a plan that failed is to be tried again: those that Terraform named, else all that were guessed, else all. An
 * import must never keep a deploy from going on.
 */
export function refusedBlocks(error: LandfallError, blocks: readonly AdoptedBlock[]): readonly AdoptedBlock[] {
  if (error.problems.some(({ code }) => others.includes(code))) return [];
  const said = error.problems.map(({ message }) => message.replaceAll(/\s+/g, ' '));
  const named = blocks.filter(({ to }) => said.some((words) => /import/i.test(words) && words.includes(`"${to}"`)));
  if (named.length > 0) return named;
  const guessed = blocks.filter((block) => block.guessed);
  return guessed.length > 0 ? guessed : blocks;
}

/** Guessed blocks whose resource carries the tags of something else: it was not made by this environment's deploys. */
export function foreignBlocks(
  { resource_changes: changes = [] }: PlanDocument,
  blocks: readonly AdoptedBlock[],
  owner: { readonly project: string; readonly environment: string },
): readonly AdoptedBlock[] {
  const guessed = new Map(blocks.flatMap((block) => (block.guessed ? [[block.to, block]] : [])));
  return changes.flatMap(({ address, change }) => {
    const block = guessed.get(address);
    const tags = change.importing === undefined ? undefined : change.before?.['tags_all'];
    if (block === undefined || typeof tags !== 'object' || tags === null) return [];
    const own = { Project: owner.project, Environment: owner.environment };
    const isOwn = Object.entries(own).every(([key, value]) => (tags as Record<string, unknown>)[key] === value);
    return isOwn ? [] : [block];
  });
}

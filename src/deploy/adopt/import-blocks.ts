import type { Address, Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import type { Tagged } from '../aws/tagged.js';
import { declaredSecrets } from '../secrets/declared.js';
import type { AdoptedBlock } from '../terraform/adopted.js';
import type { Creation } from './creations.js';
import { importId } from './import-id.js';
import { importRules } from './import-rules.js';
import { foundByTags } from './tagged.js';

/**
 * Import blocks for what the Stack has of these creations, as far as they can be named.
 * @param findTagged asked once at most: for what AWS gives an id that Terraform did not tell
 */
export async function importBlocks(
  stack: Stack,
  creations: readonly Creation[],
  findTagged: () => Promise<readonly Tagged[]>,
): Promise<readonly AdoptedBlock[]> {
  const view = viewOf(stack);
  // Secrets whose value the user gives are found by name each time, and have blocks of their own.
  const foundByName = declaredSecrets(stack).flatMap(({ generated, address }) => (generated ? [] : [address]));
  let tagged: Promise<readonly Tagged[]> | undefined;
  const blocks: AdoptedBlock[] = [];
  for (const { address, made } of creations) {
    const resource = view.get(address as Address);
    if (resource === undefined || foundByName.includes(address)) continue;
    let id = importId(resource, { id: made?.id });
    if (id === undefined && 'arn' in importRules[resource.type]) {
      tagged ??= findTagged();
      id = importId(resource, foundByTags(resource, await tagged));
    }
    if (id !== undefined) blocks.push({ to: address, id, guessed: made === undefined });
  }
  return blocks;
}

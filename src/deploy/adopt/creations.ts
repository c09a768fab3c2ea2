import { readMessage } from '../terraform/messages.js';

/** What Terraform had begun to make. */
export interface Creation {
  readonly address: string;
  /** Absent when Terraform did not tell that it was made: it may exist, or not. */
  readonly made?: { readonly key: string; readonly id: string };
}

export interface Journal {
  /** In the order in which they were begun, each address once, with what became of it last. */
  readonly creations: readonly Creation[];
  /** Ids that are gone, by address. */
  readonly deleted: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Reads what Terraform told while it applied, of one run or of several that were cut off; the last line may be cut off too. */
export function readJournal(text: string): Journal {
  const creations = new Map<string, Creation>();
  const deleting = new Map<string, string>();
  const deleted = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const message = readMessage(line);
    if (message.type !== 'apply_start' && message.type !== 'apply_complete') continue;
    const { resource, action, id_key: key = 'id', id_value: id } = message.hook;
    const address = resource?.addr;
    if (address === undefined) continue;
    const ended = message.type === 'apply_complete';
    if (action === 'create') {
      if (!ended || id !== undefined) {
        creations.delete(address);
        creations.set(address, ended && id !== undefined ? { address, made: { key, id } } : { address });
      }
    } else if (action === 'delete' && !ended && id !== undefined) deleting.set(address, id);
    else if (action === 'delete' && ended) {
      const gone = deleting.get(address);
      if (gone === undefined) continue;
      deleted.set(address, (deleted.get(address) ?? new Set()).add(gone));
      if (creations.get(address)?.made?.id === gone) creations.delete(address);
    }
  }
  return { creations: [...creations.values()], deleted };
}

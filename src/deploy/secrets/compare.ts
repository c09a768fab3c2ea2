import pLimit from 'p-limit';
import type { DeclaredSecret } from './declared.js';
import type { SecretValues } from './file.js';
import type { SecretStore } from './store.js';

/** How a secret of the file and the stored one differ; never a value. */
export interface SecretDifference {
  readonly key: string;
  /** `missing`: nothing is stored; `unnamed`: stored, but not in the file; `absent`: in neither. */
  readonly state: 'equal' | 'different' | 'missing' | 'unnamed' | 'absent';
}

/** Compares with what is stored, for each secret in the file and each that the user must give. Sorted by key. */
export async function compareSecrets(
  store: SecretStore,
  declared: readonly DeclaredSecret[],
  values: SecretValues,
): Promise<readonly SecretDifference[]> {
  const limit = pLimit(8);
  const wanted = declared.filter(({ key, generated }) => values.has(key) || !generated);
  return Promise.all(
    wanted.map(({ key, name }) =>
      limit(async () => ({ key, state: stateOf(values.get(key), await store.read(name)) })),
    ),
  );
}

function stateOf(given: string | undefined, stored: string | undefined): SecretDifference['state'] {
  if (given === undefined) return stored === undefined ? 'absent' : 'unnamed';
  if (stored === undefined) return 'missing';
  return given === stored ? 'equal' : 'different';
}

/** Writes what is not stored as given. @returns the secrets that were changed */
export async function writeSecrets(
  store: SecretStore,
  declared: readonly DeclaredSecret[],
  values: SecretValues,
): Promise<readonly DeclaredSecret[]> {
  const states = new Map((await compareSecrets(store, declared, values)).map(({ key, state }) => [key, state]));
  const changed = declared.filter(({ key }) => ['different', 'missing'].includes(states.get(key) ?? ''));
  for (const { key, name, description } of changed) {
    const value = values.get(key);
    if (value !== undefined) await store.write(name, value, description);
  }
  return changed;
}

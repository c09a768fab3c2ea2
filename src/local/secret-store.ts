import type { SecretStore } from '../deploy/secrets/store.js';
import { withLock } from '../base/lock.js';
import { openVault, vaultKeyFile, type Vault } from './vault.js';
import type { PlaneFolders } from './folders.js';

/** Values in the local plane's sealed vault; a plane that runs reads the same file. Nothing can be restored. */
export async function localSecretStore(
  folders: PlaneFolders,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SecretStore> {
  const vault: Vault = await openVault({ file: folders.vault, keyFile: vaultKeyFile(env) });
  return {
    list: async (prefix) =>
      (await vault.names())
        .filter((name) => name.startsWith(prefix))
        .map((name) => ({ name, hasValue: true, changedAt: undefined })),
    read: (name) => vault.read(name),
    write: (name, value) => withLock(folders.lock, () => vault.write(name, value)),
    remove: (name) => withLock(folders.lock, () => vault.delete(name)),
  };
}

import type { Emit } from '../../base/events.js';
import { LandfallError } from '../../base/errors.js';
import { withNewPassword } from '../../deploy/rotation/generated.js';
import { randomValue } from '../../deploy/rotation/random.js';
import { originVerifyKeys } from '../../deploy/rotation/rotate.js';
import type { DeclaredSecret } from '../../deploy/secrets/declared.js';
import { findPlane } from '../../local/client.js';
import { deployLocal } from '../../local/deploy.js';
import { stopLocal } from '../../local/destroy.js';
import { localSecretStore } from '../../local/secret-store.js';
import type { Io } from '../io.js';
import { openProject } from './project.js';
import type { RotateOptions } from './secrets-rotate.js';

/** Writes new values, and starts a plane that runs anew: without the overlap that AWS gives. */
export async function rotateLocally(
  options: RotateOptions,
  io: Io,
  emit: Emit,
  secrets: readonly DeclaredSecret[],
): Promise<void> {
  const { synthesis, folder, planeFolders } = await openProject(options, io);
  const store = await localSecretStore(planeFolders, io.env);
  const running = (await findPlane(planeFolders)) !== undefined;
  if (running) await stopLocal({ folders: planeFolders, environment: options.env, emit });
  for (const { key, name, description, generated } of secrets) {
    const current = await store.read(name);
    if (!generated) throw notGenerated(key);
    // What has no value yet gets its first one at the deploy.
    if (current !== undefined) await store.write(name, renewed(key, current), description);
  }
  if (running) await deployLocal({ synthesis, projectFolder: folder, emit, signal: io.signal });
}

function renewed(key: string, current: string): string {
  if (originVerifyKeys.includes(key)) return randomValue(48);
  if (key.endsWith('/DATABASE_URL')) return withNewPassword(current);
  if (key !== 'shared/REDIS') return randomValue(48);
  const { url, password } = JSON.parse(current) as { readonly url: string; readonly password: string };
  const next = randomValue(64);
  return JSON.stringify({ url: url.replace(`:${password}@`, `:${next}@`), password: next });
}

const notGenerated = (key: string): LandfallError =>
  new LandfallError({
    code: 'SECRET_NOT_GENERATED',
    message: `Landfall did not make the value of ${key}, and cannot make another one.`,
    fix: `Get a new one where it comes from, then: landfall secrets:set ${key} --local`,
  });

import { LandfallError } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import { realWaiting } from '../../base/waiting.js';
import { openAccount } from '../../deploy/aws/account.js';
import { awsSecretStore } from '../../deploy/secrets/aws-store.js';
import { declaredSecrets, type DeclaredSecret } from '../../deploy/secrets/declared.js';
import { undeclared } from '../../deploy/secrets/file.js';
import type { SecretStore } from '../../deploy/secrets/store.js';
import { restartServices } from '../../deploy/services/restart.js';
import { localAwsSession } from '../../local/aws-session.js';
import { localSecretStore } from '../../local/secret-store.js';
import type { Stack } from '../../stack/stack.js';
import type { Io } from '../io.js';
import type { LocalOptions } from './options.js';
import { openProject } from './project.js';

/** An environment's secrets, on AWS or on the local plane. */
export interface Secrets {
  /** Absolute folder of the config file. */
  readonly folder: string;
  readonly stack: Stack;
  readonly declared: readonly DeclaredSecret[];
  readonly store: SecretStore;
  /** Gives what uses them new tasks, and waits. @returns the services, as in the config */
  restart(changed: readonly DeclaredSecret[], emit: Emit): Promise<readonly string[]>;
}

/** Opens the store that `--local` tells. */
export async function openSecrets(options: LocalOptions, io: Io): Promise<Secrets> {
  const { synthesis, folder, planeFolders } = await openProject(options, io);
  const { stack } = synthesis;
  const local = options.local === true;
  const { region } = stack;
  const account = local ? undefined : await openAccount(stack, { signal: io.signal });
  return {
    folder,
    stack,
    declared: declaredSecrets(stack),
    store: account === undefined ? await localSecretStore(planeFolders, io.env) : awsSecretStore(account, stack),
    restart: async (changed, emit) => {
      const all = [...new Set(changed.flatMap((secret) => secret.users))];
      // The local endpoint answers no API of App Runner: those services get the value at their next start.
      const users = local ? all.filter((user) => user.startsWith('aws_ecs_service.')) : all;
      const session =
        users.length === 0 ? undefined : (account ?? (await localAwsSession(planeFolders, region, io.signal)));
      // A plane that does not run has nothing to restart.
      if (session === undefined) return [];
      return restartServices({ session, stack, users, emit, waiting: realWaiting(io.signal) });
    },
  };
}

/** @throws LandfallError `SECRET_UNDECLARED` */
export function declaredSecret({ declared }: Pick<Secrets, 'declared'>, key: string): DeclaredSecret {
  const found = declared.find((one) => one.key === key);
  if (found === undefined) throw new LandfallError(undeclared(key, declared));
  return found;
}

/** What became of the services that use what was changed. */
export function restartedText(restarted: readonly string[], changed: readonly DeclaredSecret[]): string {
  if (restarted.length > 0) return `Restarted with it: ${restarted.join(', ')}.\n`;
  return changed.some(({ users }) => users.length > 0) ? 'Tasks that start from now on get it.\n' : '';
}

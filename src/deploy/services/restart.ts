import type { Emit } from '../../base/events.js';
import type { Waiting } from '../../base/waiting.js';
import type { Stack } from '../../stack/stack.js';
import type { AwsSession } from '../aws/session.js';
import { restartAppRunner } from './app-runner.js';
import { clusterOf, runningNames } from './names.js';
import { restartEcs } from './restart-ecs.js';

export interface RestartServices {
  readonly session: AwsSession;
  readonly stack: Stack;
  /** Addresses of ECS and App Runner services. */
  readonly users: readonly string[];
  readonly emit: Emit;
  readonly waiting: Waiting;
}

/**
 * Gives services new tasks, which read their secrets anew, and waits until they run. What sleeps, or does not exist yet, is left.
 * @returns the services that were restarted, as in the config
 */
export async function restartServices({ stack, users, ...restart }: RestartServices): Promise<readonly string[]> {
  const wanted = runningNames(stack).filter(({ address }) => users.includes(address));
  const [ecs, appRunner] = await Promise.all([
    restartEcs(
      { ...restart, cluster: clusterOf(stack) },
      wanted.filter(({ on }) => on === 'ecs'),
    ),
    restartAppRunner(
      restart,
      wanted.filter(({ on }) => on === 'app-runner'),
    ),
  ]);
  return [...ecs, ...appRunner].sort();
}

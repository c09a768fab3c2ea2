import { LandfallError } from '../../base/errors.js';
import type { Waiting } from '../../base/waiting.js';
import type { AwsSession } from '../aws/session.js';
import { describeServices } from '../services/ecs.js';
import type { RunningName } from '../services/names.js';

/** Tasks of a service. */
export interface Counts {
  readonly service: string;
  readonly desired: number;
  readonly running: number;
}

export interface Cluster {
  readonly session: AwsSession;
  readonly cluster: string;
  readonly signal: AbortSignal;
}

/** How the services that exist stand now. @throws LandfallError as `awsProblem` */
export async function countsOf(
  { session, cluster, signal }: Cluster,
  services: readonly RunningName[],
): Promise<readonly Counts[]> {
  const names = services.map(({ name }) => name);
  const states = await describeServices(session, cluster, names, { signal });
  return services.flatMap(({ service, name }) => {
    const state = states.get(name);
    return state === undefined ? [] : [{ service, desired: state.desiredCount ?? 0, running: state.runningCount ?? 0 }];
  });
}

const pollMs = 2000;

/**
 * Waits until as many tasks run as are wanted.
 * @throws LandfallError `NOT_STEADY` when they do not within `withinMs`
 */
export async function untilSteady(
  cluster: Cluster,
  services: readonly RunningName[],
  { waiting, withinMs }: { readonly waiting: Waiting; readonly withinMs: number },
): Promise<readonly Counts[]> {
  const until = waiting.now() + withinMs;
  for (;;) {
    const counts = await countsOf(cluster, services);
    const late = counts.filter(({ desired, running }) => desired !== running);
    if (late.length === 0) return counts;
    if (waiting.now() >= until) throw notSteady(late, withinMs);
    await waiting.sleep(pollMs);
  }
}

function notSteady(late: readonly Counts[], withinMs: number): LandfallError {
  const each = late.map(({ service, desired, running }) => `${service} (${String(running)} of ${String(desired)})`);
  return new LandfallError({
    code: 'NOT_STEADY',
    message: `After ${String(withinMs / 60_000)} minutes these services do not have the tasks that they should: ${each.join(', ')}.`,
    fix: 'See infra:status and infra:logs for why. They go on trying; run the command again to wait longer.',
  });
}

import type { Service } from '@aws-sdk/client-ecs';
import { LandfallError } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { Waiting } from '../../base/waiting.js';
import type { AwsSession } from '../aws/session.js';
import { describeServices, forceDeployment } from './ecs.js';
import type { RunningName } from './names.js';

export interface Restart {
  readonly session: AwsSession;
  readonly cluster: string;
  readonly emit: Emit;
  readonly waiting: Waiting;
}

const pollMilliseconds = 5000;
/** Longer than the load balancer's and the circuit breaker's patience with tasks that do not become healthy. */
const limitMilliseconds = 20 * 60_000;

/**
 * Replaces the tasks of services by new ones of the same version, which read their secrets anew, and waits until they run. One that
 * sleeps at 0 is left: it reads them when it wakes.
 * @returns the services that were restarted
 * @throws LandfallError `RESTART_FAILED`, `RESTART_SLOW`; the tasks that ran before go on then
 */
export async function restartEcs(restart: Restart, services: readonly RunningName[]): Promise<readonly string[]> {
  const states = await describeServices(
    restart.session,
    restart.cluster,
    services.map(({ name }) => name),
  );
  const awake = services.filter(({ name }) => (states.get(name)?.desiredCount ?? 0) > 0);
  await Promise.all(awake.map((service) => restartOne(restart, service)));
  return awake.map(({ service }) => service);
}

async function restartOne({ session, cluster, emit, waiting }: Restart, { name, service }: RunningName): Promise<void> {
  const step = { type: 'step', id: `restart ${service}`, label: `Restart ${service}` } as const;
  const started = waiting.now();
  emit({ ...step, status: 'started' });
  try {
    const deployment = await forceDeployment(session, cluster, { name });
    for (;;) {
      const state = (await describeServices(session, cluster, [name])).get(name);
      if (isFinished(state, deployment, service)) break;
      if (waiting.now() - started > limitMilliseconds) throw slow(service, state);
      emit({ ...step, status: 'progress', detail: countsOf(state) });
      await waiting.sleep(pollMilliseconds);
    }
    emit({ ...step, status: 'done', milliseconds: waiting.now() - started });
  } catch (error) {
    emit({ ...step, status: 'failed' });
    throw error;
  }
}

/** @throws LandfallError `RESTART_FAILED` when the circuit breaker has given the deployment up */
function isFinished(state: Service | undefined, deployment: string | undefined, service: string): boolean {
  const own = state?.deployments?.find(({ id }) => id === deployment);
  const replaced = deployment !== undefined && own === undefined;
  if (own?.rolloutState === 'FAILED' || replaced) {
    throw new LandfallError({
      code: 'RESTART_FAILED',
      message: `The new tasks of ${service} did not come up: ${own?.rolloutStateReason ?? state?.events?.[0]?.message ?? 'another deployment took its place'}.`,
      fix: `The tasks that ran before go on, with the values that they started with. See landfall infra:logs ${service}, then run the command again.`,
    });
  }
  // Without the circuit breaker there is no rollout state: one deployment with all its tasks is as good.
  if (own?.rolloutState !== undefined) return own.rolloutState === 'COMPLETED';
  return state?.deployments?.length === 1 && state.runningCount === state.desiredCount;
}

function slow(service: string, state: Service | undefined): LandfallError {
  return new LandfallError({
    code: 'RESTART_SLOW',
    message: `After ${String(limitMilliseconds / 60_000)} minutes ${service} is not steady (${countsOf(state)}).`,
    fix: `ECS goes on with it. See landfall infra:status and landfall infra:logs ${service}.`,
  });
}

const countsOf = (state: Service | undefined): string =>
  `${String(state?.runningCount ?? 0)} of ${String(state?.desiredCount ?? 0)} tasks run`;

import type { Service } from '@aws-sdk/client-ecs';
import { LandfallErrors, type Problem } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { Waiting } from '../../base/waiting.js';
import type { AwsSession } from '../aws/session.js';
import { describeServices, forceDeployment, primaryOf } from '../services/ecs.js';
import { whyTasksStopped } from './stopped-tasks.js';

/** A service of the cluster, and what it should run. */
export interface ExpectedService {
  /** As in the config. */
  readonly service: string;
  /** On AWS. */
  readonly name: string;
  /** ARN with its revision. */
  readonly taskDefinition: string;
}

export interface EcsRollout {
  readonly session: AwsSession;
  readonly cluster: string;
  readonly services: readonly ExpectedService[];
  readonly emit: Emit;
  readonly waiting: Waiting;
}

const pollMilliseconds = 5000;
/** Longer than the load balancer's and the circuit breaker's patience with tasks that do not become healthy. */
const limitMilliseconds = 20 * 60_000;

type Outcome = { readonly done: true; readonly problem?: string } | { readonly done: false; readonly detail: string };

/**
 * Waits until every service runs its new task definition and nothing else. What the circuit breaker took back is a failure, told with the
 * reason of the stopped tasks and their last lines. One whose deployment had failed before is started anew, once.
 * @throws LandfallErrors `ROLLOUT_FAILED`, `ROLLOUT_SLOW`; one for each service
 */
export async function waitForEcs(rollout: EcsRollout): Promise<void> {
  const { session, cluster, services, emit, waiting } = rollout;
  const started = waiting.now();
  const pending = new Map(services.map((one) => [one.name, one]));
  const problems: Problem[] = [];
  const step = ({ service }: ExpectedService) =>
    ({ type: 'step', id: `rollout:${service}`, label: `roll out ${service}` }) as const;
  for (const one of services) emit({ ...step(one), status: 'started' });
  const anew = await startFailedAnew(rollout, (one) => {
    emit({ ...step(one), status: 'progress', detail: 'its deployment had failed: it is started anew' });
  });
  for (;;) {
    const states = await describeServices(session, cluster, [...pending.keys()]);
    for (const [name, one] of pending) {
      const outcome = outcomeOf(states.get(name), one.taskDefinition, anew.get(name));
      if (!outcome.done) {
        emit({ ...step(one), status: 'progress', detail: outcome.detail });
        continue;
      }
      pending.delete(name);
      const milliseconds = waiting.now() - started;
      emit({ ...step(one), status: outcome.problem === undefined ? 'done' : 'failed', milliseconds });
      if (outcome.problem !== undefined) problems.push(await failed(rollout, one, outcome.problem));
    }
    if (pending.size === 0) break;
    if (waiting.now() - started > limitMilliseconds) {
      for (const one of pending.values()) problems.push(await slow(rollout, one, states.get(one.name)));
      break;
    }
    await waiting.sleep(pollMilliseconds);
  }
  const [first, ...rest] = problems;
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
}

/**
 * Forces a new deployment of what ECS has given up: without a completed one to go back to, the failed one stays and starts no more
 * tasks, and Terraform sees nothing to change.
 * @returns their ids, by the service's name on AWS
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html (not re-read)
 */
async function startFailedAnew(
  { session, cluster, services }: EcsRollout,
  tell: (one: ExpectedService) => void,
): Promise<ReadonlyMap<string, string | undefined>> {
  const states = await describeServices(
    session,
    cluster,
    services.map(({ name }) => name),
  );
  const failed = services.filter(({ name, taskDefinition }) => {
    const state = states.get(name);
    const primary = state && primaryOf(state);
    return primary?.rolloutState === 'FAILED' && primary.taskDefinition === taskDefinition;
  });
  const started = failed.map(async (one) => {
    tell(one);
    return [one.name, await forceDeployment(session, cluster, one)] as const;
  });
  return new Map(await Promise.all(started));
}

/**
 * Compares what runs with what was deployed; counts alone would take a rollback for a success.
 * @param deployment the one that counts, where there were others of the same task definition
 */
function outcomeOf(state: Service | undefined, expected: string, deployment?: string): Outcome {
  if (state === undefined) return { done: true, problem: 'ECS does not know it' };
  const primary = primaryOf(state);
  const all = state.deployments ?? [];
  const own =
    deployment === undefined
      ? [primary, ...all].find((one) => one?.taskDefinition === expected)
      : all.find(({ id }) => id === deployment);
  if (own?.rolloutState === 'FAILED') return { done: true, problem: own.rolloutStateReason ?? 'its deployment failed' };
  if (primary?.taskDefinition !== expected) {
    const reason = state.events?.find(({ message = '' }) => /rolled back|rolling back|circuit breaker/.test(message));
    return { done: true, problem: reason?.message ?? `it runs ${lastPart(primary?.taskDefinition)} instead` };
  }
  // Without the circuit breaker there is no rollout state: one deployment with all its tasks is as good.
  const complete =
    primary.rolloutState === undefined
      ? state.deployments?.length === 1 && state.runningCount === state.desiredCount
      : primary.rolloutState === 'COMPLETED';
  return complete ? { done: true } : { done: false, detail: countsOf(state) };
}

const lastPart = (arn = 'nothing'): string => arn.split('/').at(-1) ?? arn;

const countsOf = (state: Service | undefined): string => {
  const { runningCount = 0, desiredCount = 0 } = (state && primaryOf(state)) ?? {};
  return `${String(runningCount)} of ${String(desiredCount)} new tasks run`;
};

async function failed(rollout: EcsRollout, one: ExpectedService, why: string): Promise<Problem> {
  const stopped = await whyTasksStopped(rollout.session, rollout.cluster, one);
  return {
    code: 'ROLLOUT_FAILED',
    message: `The new version of ${one.service} did not come up: ${why.replace(/\.$/, '')}.${stopped}`,
    fix: `The tasks of the version before go on, where there are any; on a first deployment nothing runs. Mend it and deploy again, or see landfall infra:logs ${one.service}.`,
    path: `services.${one.service}`,
  };
}

async function slow(rollout: EcsRollout, one: ExpectedService, state: Service | undefined): Promise<Problem> {
  const stopped = await whyTasksStopped(rollout.session, rollout.cluster, one);
  return {
    code: 'ROLLOUT_SLOW',
    message: `After ${String(limitMilliseconds / 60_000)} minutes ${one.service} is not steady: ${countsOf(state)}.${stopped}`,
    fix: `ECS goes on with it. See landfall infra:status and landfall infra:logs ${one.service}, then run the command again.`,
    path: `services.${one.service}`,
  };
}

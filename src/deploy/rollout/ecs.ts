import type { Service } from '@aws-sdk/client-ecs';
import { LandfallErrors, type Problem } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { Waiting } from '../../base/waiting.js';
import type { AwsSession } from '../aws/session.js';
import { describeServices, primaryOf } from '../services/ecs.js';
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
 * reason of the stopped tasks and their last lines.
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
  for (;;) {
    const states = await describeServices(session, cluster, [...pending.keys()]);
    for (const [name, one] of pending) {
      const outcome = outcomeOf(states.get(name), one.taskDefinition);
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

/** Compares what runs with what was deployed; counts alone would take a rollback for a success. */
function outcomeOf(state: Service | undefined, expected: string): Outcome {
  if (state === undefined) return { done: true, problem: 'ECS does not know it' };
  const own = state.deployments?.find(({ taskDefinition }) => taskDefinition === expected);
  const primary = primaryOf(state);
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
    fix: `The tasks of the version before go on, where there are any. Mend it and deploy again, or see landfall infra:logs ${one.service}.`,
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

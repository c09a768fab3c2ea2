import type { Emit } from '../../base/events.js';
import type { Waiting } from '../../base/waiting.js';
import type { Stack } from '../../stack/stack.js';
import type { AwsSession } from '../aws/session.js';
import { clusterOf } from '../services/names.js';
import { invokeWakeUp } from './invoke.js';
import { chosenSleepers, wakeUpFunctionOf } from './sleepers.js';
import { countsOf, untilSteady, type Counts } from './steady.js';

export interface SleepOrWake {
  readonly session: AwsSession;
  readonly stack: Stack;
  readonly action: 'sleep' | 'wake';
  /** As in the config; empty: all that can sleep. */
  readonly services: readonly string[];
  /** Whether to wait until the tasks run, or are gone. */
  readonly wait: boolean;
  readonly emit: Emit;
  readonly waiting: Waiting;
  readonly signal: AbortSignal;
}

export interface SleptOrWoken {
  /** Services that were not so before, as in the config, sorted. */
  readonly changed: readonly string[];
  /** All that were asked for, when it was done. */
  readonly services: readonly Counts[];
}

/** A task of Fargate starts within one to two minutes; one that stops has up to two minutes for it. */
const steadyWithinMs = 10 * 60_000;

/**
 * Wakes services or puts them to sleep, by the environment's own function, so that idle alarms and the gateway see it as any other wake-up.
 * @throws LandfallError `NOTHING_SLEEPS`, `SERVICE_NEVER_SLEEPS`, `WAKE_UP_FAILED`, `NOT_STEADY`, and as `awsProblem`
 */
export async function sleepOrWake(order: SleepOrWake): Promise<SleptOrWoken> {
  const { session, stack, action, emit, waiting, signal } = order;
  const functionName = wakeUpFunctionOf(stack);
  const services = chosenSleepers(stack, order.services);
  const nameOf = (physical: string) => services.find(({ name }) => name === physical)?.service ?? physical;
  const label = action === 'wake' ? 'Wake services' : 'Put services to sleep';
  const step = { type: 'step', id: action, label } as const;
  const started = waiting.now();
  emit({ ...step, status: 'started' });
  try {
    const names = services.map(({ name }) => name);
    const report = await invokeWakeUp(session, functionName, { action, services: names }, signal);
    const cluster = { session, cluster: clusterOf(stack), signal };
    const counts = order.wait
      ? await untilSteady(cluster, services, { waiting, withinMs: steadyWithinMs })
      : await countsOf(cluster, services);
    emit({ ...step, status: 'done', milliseconds: waiting.now() - started });
    const changed = (action === 'wake' ? report.woken : report.slept).map(nameOf).toSorted();
    return { changed, services: counts };
  } catch (error) {
    emit({ ...step, status: 'failed' });
    throw error;
  }
}

import { LandfallError } from '../../../base/errors.js';
import type { Clock } from '../../../local/contract/clock.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { fewestTasks, mostTasks } from './deployment-limits.js';
import { deploymentFailure, interrupted, TaskFailure } from './task-failure.js';
import type { TaskSet } from './task-set.js';

/** How a service's tasks are exchanged. */
export interface DeploymentSettings {
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** After a failure the old tasks come back to the desired count. */
  readonly rollback: boolean;
}

export interface Rolling extends DeploymentSettings {
  readonly service: string;
  readonly desiredCount: number;
  readonly clock: Clock;
  /** Aborts when the deploy is interrupted. */
  readonly signal: AbortSignal;
  /** Told of each task that did not become healthy. */
  readonly onFailedTask?: () => void;
}

/** How long a new task has to become healthy. */
const healthyWithinSeconds = 60;

/** The wait before a failed task is tried again; twice as long each time. */
const retryMs = 500;

/** How long a deployment waits for tasks that became unhealthy again. */
const patienceMs = 120_000;

/**
 * Exchanges old tasks for new ones step by step: never more than the maximum, never fewer healthy ones than the minimum. On failure the
 * new ones are gone and the old ones stay.
 * @throws LandfallError `SERVICE_CRASHED`, `SERVICE_UNHEALTHY`, `DEPLOYMENT_STUCK` or `INTERRUPTED`
 */
export async function roll(old: TaskSet | undefined, next: TaskSet, rolling: Rolling): Promise<void> {
  try {
    await exchange(old, next, rolling);
  } catch (error) {
    await next.stop();
    if (rolling.rollback || rolling.signal.aborted) old?.scaleTo(rolling.desiredCount);
    throw error;
  }
}

async function exchange(old: TaskSet | undefined, next: TaskSet, rolling: Rolling): Promise<void> {
  const { desiredCount, minimumHealthyPercent, maximumPercent, clock, signal } = rolling;
  const breaker = new CircuitBreaker(desiredCount);
  const [fewest, most] = [fewestTasks(desiredCount, minimumHealthyPercent), mostTasks(desiredCount, maximumPercent)];
  let idleMs = 0;
  for (;;) {
    const [before, begun] = [old?.size ?? 0, next.size];
    if (begun >= desiredCount && before === 0) return;
    await stopSome(old, next, fewest);
    const room = Math.min(most - (old?.size ?? 0) - next.size, desiredCount - next.size);
    await Promise.all(
      Array.from({ length: Math.max(0, room) }, () => launch(next, breaker, rolling, old !== undefined)),
    );
    const moved = room > 0 || old?.size !== before;
    if (moved) continue;
    // All that were begun serve, and still none may go: that will not change.
    if (idleMs >= patienceMs || next.healthy === next.size) throw stuck(rolling);
    idleMs += retryMs;
    await clock.sleep(retryMs, signal).catch(() => undefined);
    if (signal.aborted) throw interrupted(rolling.service);
  }
}

/** Stops old tasks that are not needed for the minimum: unhealthy ones never are. */
async function stopSome(old: TaskSet | undefined, next: TaskSet, fewest: number): Promise<void> {
  if (old === undefined) return;
  const unhealthy = old.size - old.healthy;
  const spare = Math.max(0, Math.min(old.healthy, old.healthy + next.healthy - fewest));
  await old.remove(unhealthy + spare);
}

/** Starts one task, again and again while it fails, until the breaker says that the deployment has. */
async function launch(next: TaskSet, breaker: CircuitBreaker, rolling: Rolling, stays: boolean): Promise<void> {
  const { service, clock, signal } = rolling;
  for (let wait = retryMs; ; wait *= 2) {
    try {
      await next.add(healthyWithinSeconds, signal);
      breaker.succeeded();
      return;
    } catch (error) {
      if (signal.aborted) throw interrupted(service);
      if (!(error instanceof TaskFailure)) throw error;
      rolling.onFailedTask?.();
      if (breaker.failed(error)) throw deploymentFailure(service, error, breaker.failures, stays);
      await clock.sleep(wait, signal).catch(() => undefined);
    }
  }
}

function stuck({ service, desiredCount, minimumHealthyPercent, maximumPercent }: Rolling): LandfallError {
  return new LandfallError({
    code: 'DEPLOYMENT_STUCK',
    message: `${service} cannot be deployed: with ${String(desiredCount)} desired tasks, a minimum of ${String(minimumHealthyPercent)} % and a maximum of ${String(maximumPercent)} % no task may stop and none may start.`,
    fix: 'Lower deployment_minimum_healthy_percent or raise deployment_maximum_percent.',
    path: `services.${service}`,
  });
}

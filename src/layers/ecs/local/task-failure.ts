import { LandfallError } from '../../../base/errors.js';
import type { RunningTask } from '../../../local/contract/context.js';

/** A task that did not get to serve. */
export class TaskFailure extends Error {
  constructor(
    /** `ended`: by itself; `unhealthy`: it ran on, but was not healthy in time. */
    readonly kind: 'ended' | 'unhealthy',
    readonly task: Pick<RunningTask, 'id' | 'lastLines'>,
    message: string,
  ) {
    super(message);
    this.name = 'TaskFailure';
  }
}

/** How many of its last lines an error shows. */
const shownLines = 15;

/** Why a deployment failed: what its last task did, and what it wrote. */
export function deploymentFailure(
  service: string,
  failure: TaskFailure,
  failed: number,
  stays: boolean,
): LandfallError {
  const { kind, task, message } = failure;
  const lines = task.lastLines().slice(-shownLines).join('\n');
  const last =
    failed === 1
      ? `${service} ${message}.`
      : `${String(failed)} tasks of ${service} failed in a row, so the deployment was given up; the last one ${message}.`;
  return new LandfallError({
    code: kind === 'unhealthy' ? 'SERVICE_UNHEALTHY' : 'SERVICE_CRASHED',
    message: `${last} ${lines === '' ? 'It wrote nothing.' : `Its last lines:\n${lines}`}`,
    fix: `See landfall infra:logs ${service} --local, correct the service and run infra:deploy --local again${stays ? '; the version that ran before still runs' : ''}.`,
    path: `services.${service} (task ${task.id})`,
  });
}

export function interrupted(service: string): LandfallError {
  return new LandfallError({
    code: 'INTERRUPTED',
    message: `The deploy of ${service} was interrupted.`,
    fix: 'Run infra:deploy --local again.',
  });
}

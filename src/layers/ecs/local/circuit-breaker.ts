import type { TaskFailure } from './task-failure.js';

/**
 * How many failed tasks in a row end a deployment: half the desired count, rounded up, but 3 to 200.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html (read 2026-11-25)
 */
export function failureThreshold(desiredCount: number): number {
  return Math.min(200, Math.max(3, Math.ceil(desiredCount / 2)));
}

/** Counts the failed tasks of one deployment. A task that becomes healthy starts the count anew. */
export class CircuitBreaker {
  #failures = 0;
  readonly #threshold: number;

  constructor(desiredCount: number) {
    this.#threshold = failureThreshold(desiredCount);
  }

  get failures(): number {
    return this.#failures;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /**
   * Whether the deployment has failed now. A task that ran but was not healthy in time ends it at once: another wait of a minute would
   * show nothing new, and a person waits for this deploy.
   */
  failed({ kind }: Pick<TaskFailure, 'kind'>): boolean {
    this.#failures += 1;
    return kind === 'unhealthy' || this.#failures >= this.#threshold;
  }
}

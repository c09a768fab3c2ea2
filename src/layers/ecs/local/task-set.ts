import { LandfallError } from '../../../base/errors.js';
import type { Emit } from '../../../base/events.js';
import type { Clock } from '../../../local/contract/clock.js';
import type { RunningTask, TargetGroup } from '../../../local/contract/context.js';

export interface TaskSetParts {
  readonly service: string;
  /** The service's Terraform address. */
  readonly address: string;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly start: () => Promise<RunningTask>;
  readonly group: TargetGroup | undefined;
  readonly signal: AbortSignal;
}

/** First and longest wait before a task that ended by itself is replaced. */
const backoffMs = { first: 500, longest: 30_000 };

/** The tasks of one version of a service. Replaces those that end by themselves, until it is stopped. */
export class TaskSet {
  readonly #running = new Map<string, RunningTask>();
  #stopping = false;
  #steady = false;
  #failures = 0;

  constructor(private readonly parts: TaskSetParts) {}

  /**
   * Starts `count` tasks and waits until each is healthy; on failure stops what it started.
   * @throws LandfallError `SERVICE_CRASHED`, `SERVICE_UNHEALTHY` or `INTERRUPTED`
   */
  async rollTo(count: number, withinSeconds: number): Promise<void> {
    try {
      await Promise.all(Array.from({ length: count }, () => this.#startHealthy(withinSeconds)));
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#steady = true;
  }

  tasks(): readonly { readonly id: string; readonly pid: number | undefined; readonly health: string }[] {
    return [...this.#running.values()].map(({ id, pid }) => ({
      id,
      pid,
      health: this.parts.group?.health(id) ?? 'running',
    }));
  }

  /** Takes the tasks out of the target group, lets them drain, stops them. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#running.values()].map((task) => this.#retire(task)));
  }

  async #retire(task: RunningTask): Promise<void> {
    await this.parts.group?.deregister(task.id);
    await task.stop();
    this.#running.delete(task.id);
  }

  async #startHealthy(withinSeconds: number): Promise<void> {
    const task = await this.#startOne();
    const limit = new AbortController();
    const cancel = this.parts.clock.after(withinSeconds * 1000, () => limit.abort());
    try {
      const outcome = await Promise.race([
        this.#becomesHealthy(task, AbortSignal.any([limit.signal, this.parts.signal])),
        task.exited,
      ]);
      if (outcome !== 'healthy')
        throw this.#failed(task, typeof outcome === 'object' ? outcome : undefined, withinSeconds);
    } finally {
      cancel();
      limit.abort();
    }
  }

  async #becomesHealthy(task: RunningTask, signal: AbortSignal): Promise<'healthy' | 'not healthy'> {
    if (this.parts.group === undefined) return 'healthy';
    return this.parts.group.healthy(task.id, signal).then(
      () => 'healthy',
      () => 'not healthy',
    );
  }

  async #startOne(): Promise<RunningTask> {
    const task = await this.parts.start();
    this.#running.set(task.id, task);
    this.parts.group?.register({
      id: task.id,
      address: this.parts.address,
      handler: task.handler,
      healthHandler: task.healthHandler,
    });
    void task.exited.then(({ message }) => this.#ended(task, message));
    return task;
  }

  /** A task of a steady service that ends by itself is taken out and replaced, ever more slowly while it keeps failing. */
  async #ended(task: RunningTask, message: string): Promise<void> {
    if (this.#stopping || !this.#steady) return;
    this.#running.delete(task.id);
    await this.parts.group?.deregister(task.id);
    const wait = Math.min(backoffMs.first * 2 ** this.#failures, backoffMs.longest);
    this.#failures += 1;
    this.parts.emit({
      type: 'log',
      source: this.parts.service,
      line: `task ${task.id} ended (${message}); a new one starts in ${String(wait / 1000)} s`,
    });
    this.parts.clock.after(wait, () => void this.#replace());
  }

  async #replace(): Promise<void> {
    if (this.#stopping) return;
    try {
      await this.#startOne();
      this.parts.clock.after(60_000, () => (this.#failures = 0));
    } catch (error) {
      this.parts.emit({
        type: 'log',
        source: this.parts.service,
        line: `a task could not be started: ${String(error)}`,
      });
      this.parts.clock.after(backoffMs.longest, () => void this.#replace());
    }
  }

  #failed(task: RunningTask, exit: { message: string } | undefined, withinSeconds: number): LandfallError {
    const { service, signal } = this.parts;
    if (exit === undefined && signal.aborted) {
      return new LandfallError({
        code: 'INTERRUPTED',
        message: `The deploy of ${service} was interrupted.`,
        fix: 'Run infra:deploy --local again.',
      });
    }
    const lines = task.lastLines().slice(-15).join('\n');
    const what =
      exit === undefined
        ? `did not become healthy within ${String(withinSeconds)} s`
        : `ended at its start (${exit.message})`;
    return new LandfallError({
      code: exit === undefined ? 'SERVICE_UNHEALTHY' : 'SERVICE_CRASHED',
      message: `${service} ${what}. ${lines === '' ? 'It wrote nothing.' : `Its last lines:\n${lines}`}`,
      fix: `See landfall infra:logs ${service} --local, correct the service and run infra:deploy --local again; the version that ran before still runs.`,
      path: `services.${service} (task ${task.id})`,
    });
  }
}

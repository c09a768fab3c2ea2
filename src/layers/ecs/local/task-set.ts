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

/** How often the health of tasks is looked at. */
const lookMs = 1000;

/** How long the successor of an unhealthy task may take to become healthy. */
const healthyWithinMs = 60_000;

/** The tasks of one version of a service. Replaces those that end by themselves or become unhealthy, until it is stopped. */
export class TaskSet {
  readonly #running = new Map<string, RunningTask>();
  /** Unhealthy tasks and those that are to take their places: what becomes of them is decided where that is done. */
  readonly #retiring = new Set<string>();
  /** Tasks that ended while others of the same roll still became healthy. */
  readonly #endedEarly: (readonly [RunningTask, message: string])[] = [];
  #stopping = false;
  #steady = false;
  #failures = 0;
  #stopLooking: () => void = () => undefined;

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
    for (const [task, message] of this.#endedEarly) void this.#ended(task, message);
    this.#look();
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
    this.#stopLooking();
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
    if (this.#stopping) {
      await task.stop();
      return task;
    }
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
    if (!this.#steady) this.#endedEarly.push([task, message]);
    if (this.#stopping || !this.#steady || this.#retiring.has(task.id)) return;
    this.#running.delete(task.id);
    await this.parts.group?.deregister(task.id);
    this.#replaceLater(`task ${task.id} ended (${message})`);
  }

  /**
   * A task that fails its target group's health checks is replaced: first a new one becomes healthy, then it is stopped.
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html (read 2026-11-23)
   */
  #look(): void {
    const { group, clock } = this.parts;
    if (group === undefined || this.#stopping) return;
    for (const task of this.#running.values())
      if (group.health(task.id) === 'unhealthy' && !this.#retiring.has(task.id)) void this.#renew(task);
    this.#stopLooking = clock.after(lookMs, () => this.#look());
  }

  async #renew(unhealthy: RunningTask): Promise<void> {
    this.#retiring.add(unhealthy.id);
    this.#say(`task ${unhealthy.id} is unhealthy; a new one takes its place when it is healthy`);
    const renewed = await this.#startInPlace().catch(() => false);
    if (this.#stopping) return;
    if (renewed) await this.#retire(unhealthy);
    else this.#say(`the one to take the place of task ${unhealthy.id} did not become healthy; it is tried again`);
    this.#retiring.delete(unhealthy.id);
    if (!renewed && (await hasEnded(unhealthy))) await this.#ended(unhealthy, 'while a new one started');
  }

  /** Whether the task that it started became healthy; if not, it is stopped. */
  async #startInPlace(): Promise<boolean> {
    const task = await this.#startOne();
    this.#retiring.add(task.id);
    const limit = new AbortController();
    const cancel = this.parts.clock.after(healthyWithinMs, () => limit.abort());
    const outcome = await Promise.race([this.#becomesHealthy(task, limit.signal), task.exited]);
    cancel();
    limit.abort();
    if (outcome !== 'healthy' && !this.#stopping) await this.#retire(task);
    this.#retiring.delete(task.id);
    return outcome === 'healthy';
  }

  #replaceLater(why: string): void {
    const wait = Math.min(backoffMs.first * 2 ** this.#failures, backoffMs.longest);
    this.#failures += 1;
    this.#say(`${why}; a new one starts in ${String(wait / 1000)} s`);
    this.parts.clock.after(wait, () => void this.#replace());
  }

  async #replace(): Promise<void> {
    if (this.#stopping) return;
    try {
      const task = await this.#startOne();
      this.parts.clock.after(60_000, () => {
        if (this.#running.has(task.id)) this.#failures = 0;
      });
    } catch (error) {
      this.#say(`a task could not be started: ${String(error)}`);
      this.parts.clock.after(backoffMs.longest, () => void this.#replace());
    }
  }

  #say(line: string): void {
    this.parts.emit({ type: 'log', source: this.parts.service, line });
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

const hasEnded = (task: RunningTask): Promise<boolean> =>
  Promise.race([task.exited.then(() => true), Promise.resolve().then(() => Promise.resolve(false))]);

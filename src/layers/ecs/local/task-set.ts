import type { Emit } from '../../../base/events.js';
import { Backoff } from './backoff.js';
import { mostTasks } from './deployment-limits.js';
import { interrupted, TaskFailure } from './task-failure.js';
import { TaskLife, type Member, type TaskLifeParts } from './task-life.js';
import { Watch } from './watch.js';

export interface TaskSetParts extends TaskLifeParts {
  readonly service: string;
  readonly emit: Emit;
  /** Of the desired count, how many tasks may run while unhealthy ones are replaced. */
  readonly maximumPercent: number;
}

/** How long a task that was not asked for by a deployment may take to become healthy. */
const healthyWithinSeconds = 60;

/** The tasks of one version of a service. Keeps as many as are desired: replaces those that end by themselves or become unhealthy. */
export class TaskSet {
  readonly #members = new Map<string, Member>();
  readonly #backoff: Backoff;
  readonly #life: TaskLife;
  readonly #watch: Watch;
  #desired = 0;
  /** Tasks that are being started, and have no id yet. */
  #launching = 0;
  #stopping = false;
  readonly #end = new AbortController();

  constructor(private readonly parts: TaskSetParts) {
    this.#backoff = new Backoff(parts.clock);
    this.#life = new TaskLife(parts);
    this.#watch = new Watch(parts.clock, () => this.#look());
  }

  get desired(): number {
    return this.#desired;
  }

  /** Tasks that run or will, without those that leave. */
  get size(): number {
    const begun = this.#present().length + this.#launching;
    return begun + Math.min(this.#backoff.waiting, Math.max(0, this.#desired - begun));
  }

  /** Tasks that run, and those that are about to. */
  counts(): { readonly running: number; readonly pending: number } {
    return { running: this.#present().length, pending: this.#launching };
  }

  get healthy(): number {
    return this.#present().filter((member) => this.#life.isHealthy(member)).length;
  }

  tasks(): readonly { readonly id: string; readonly pid: number | undefined; readonly health: string }[] {
    return [...this.#members.values()].map((member) => {
      const { id, pid } = member.task;
      return { id, pid, health: this.#life.healthOf(member) };
    });
  }

  /**
   * Desires one more, and resolves when it is healthy.
   * @throws TaskFailure when it ended or was not healthy in time; it is gone then, and no longer desired
   */
  async add(withinSeconds: number, signal: AbortSignal): Promise<void> {
    if (this.#stopping) throw interrupted(this.parts.service);
    this.#desired += 1;
    try {
      await this.#startHealthy(false, withinSeconds, signal);
    } catch (error) {
      this.#desired -= 1;
      throw error;
    }
  }

  /** Desires fewer, and resolves when those that go (unhealthy ones first) have drained and stopped. */
  async remove(count: number): Promise<void> {
    this.#desired = Math.max(0, this.#desired - count);
    await this.#shrink();
  }

  /** Desires so many; what is missing starts, and what is too many leaves, in its own time. */
  scaleTo(count: number): void {
    this.#desired = count;
    void this.#shrink();
    while (!this.#stopping && this.size < this.#desired) void this.#launch();
  }

  /** Takes the tasks out of the target group, lets them drain, stops them. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#end.abort();
    this.#watch.close();
    this.#backoff.close();
    await Promise.all([...this.#members.values()].map((member) => this.#retire(member)));
  }

  #present(): readonly Member[] {
    return [...this.#members.values()].filter(({ state }) => state !== 'leaving');
  }

  /** Whether fewer are desired than when the newest began. */
  #isSuperfluous(): boolean {
    return this.#present().filter(({ succeeded }) => !succeeded).length > this.#desired;
  }

  async #shrink(): Promise<void> {
    const present = this.#present();
    const extra = present.length + this.#launching - this.#desired;
    const well = (member: Member) => Number(this.#life.isHealthy(member));
    // The newest goes first among equals.
    const unhealthyFirst = present.toReversed().sort((a, b) => well(a) - well(b));
    await Promise.all(unhealthyFirst.slice(0, Math.max(0, extra)).map((member) => this.#retire(member)));
  }

  async #retire(member: Member): Promise<void> {
    await this.#life.leave(member, this.#stopping);
    this.#members.delete(member.task.id);
  }

  async #startHealthy(later: boolean, withinSeconds: number, signal: AbortSignal): Promise<void> {
    const member = await this.#startOne(later);
    const { task } = member;
    const outcome = await this.#life.outcome(member, withinSeconds, signal);
    if (outcome === 'healthy' && member.state === 'starting') {
      this.#life.serves(member);
      void task.exited.then(({ message }) => this.#ended(member, message));
      if (this.parts.group !== undefined) this.#watch.start();
      return;
    }
    await this.#retire(member);
    if (typeof outcome === 'object') throw new TaskFailure('ended', task, `ended at its start (${outcome.message})`);
    throw new TaskFailure('unhealthy', task, `did not become healthy within ${String(withinSeconds)} s`);
  }

  async #startOne(later: boolean): Promise<Member> {
    this.#launching += 1;
    try {
      const member = await this.#life.begin(later, this.#end.signal);
      this.#members.set(member.task.id, member);
      if (this.#stopping || this.#isSuperfluous()) await this.#retire(member);
      else this.#life.enter(member);
      return member;
    } finally {
      this.#launching -= 1;
    }
  }

  /** A task that ends by itself is taken out and replaced, ever more slowly while tasks keep failing. */
  async #ended(member: Member, message: string): Promise<void> {
    if (member.state === 'leaving') return;
    const { id } = member.task;
    this.#members.delete(id);
    await this.#life.takeOut(member);
    this.#replaceLater(`task ${id} ended (${message})`);
  }

  /**
   * A task that fails its target group's health checks is replaced: first a new one becomes healthy, then it is stopped. Where no more than
   * the desired count may run, it is stopped first.
   * @see https://aws.amazon.com/about-aws/whats-new/2023/10/amazon-ecs-applications-resiliency-unpredictable-load-spikes/ (read 2026-11-25)
   */
  #look(): void {
    for (const member of this.#present().filter(({ state }) => state === 'serving')) {
      const unhealthy = this.#life.healthOf(member) === 'unhealthy';
      if (unhealthy) this.#life.hide(member);
      else this.#life.serves(member);
      if (unhealthy && !member.succeeded) void this.#renew(member);
    }
  }

  async #renew(member: Member): Promise<void> {
    const { id } = member.task;
    member.succeeded = true;
    if (mostTasks(this.#desired, this.parts.maximumPercent) <= this.#desired) {
      this.#say(`task ${id} is unhealthy; it is stopped and a new one starts`);
      await this.#retire(member);
      await this.#launch();
      return;
    }
    this.#say(`task ${id} is unhealthy; a new one takes its place when it is healthy`);
    const renewed = await this.#startHealthy(true, healthyWithinSeconds, forever).then(
      () => true,
      () => false,
    );
    if (this.#stopping) return;
    if (renewed && member.state !== 'leaving') await this.#retire(member);
    if (renewed) return;
    member.succeeded = false;
    this.#say(`the one to take the place of task ${id} did not become healthy; it is tried again`);
    // It may have ended meanwhile.
    this.#replaceLater(`task ${id} ended`);
  }

  #replaceLater(why: string): void {
    if (this.#stopping || this.size >= this.#desired) return;
    const seconds = this.#backoff.next(() => void this.#launch());
    this.#say(`${why}; a new one starts in ${String(seconds)} s`);
  }

  /** Starts a task that nobody waits for, and tries again later when it fails. */
  async #launch(): Promise<void> {
    if (this.#stopping || this.size >= this.#desired) return;
    try {
      await this.#startHealthy(true, healthyWithinSeconds, forever);
      this.#backoff.calmed();
      // Fewer may be desired than when it began.
      if (!this.#present().some(({ succeeded }) => succeeded)) await this.#shrink();
    } catch (error) {
      const failed = error instanceof TaskFailure ? `task ${error.task.id} ${error.message}` : undefined;
      this.#replaceLater(failed ?? `a task could not be started: ${String(error)}`);
    }
  }

  #say(line: string): void {
    this.parts.emit({ type: 'log', source: this.parts.service, line });
  }
}

const forever = new AbortController().signal;

import { messageOf } from '../../../base/errors.js';
import type { RunningService } from '../../../local/contract/context.js';
import { ServiceHistory } from './api/history.js';
import { roll, type Rolling } from './rolling.js';
import type { Autoscaler } from './scaling/autoscaler.js';
import type { Measured } from './scaling/metrics.js';
import type { TaskSet } from './task-set.js';

/** What a service is told when it is made. */
export interface ServiceTold {
  /** Its name on AWS. */
  readonly name: string;
  readonly now: () => Date;
  /** Told of each new desired count that no deploy asked for. */
  readonly onDesired: (count: number) => void;
}

const nobody: ServiceTold = { name: 'service', now: () => new Date(0), onDesired: () => undefined };

/** A service while the plane runs: the tasks of its version, and while one is deployed those of the next. */
export class LiveService implements RunningService {
  #current: TaskSet | undefined;
  #next: TaskSet | undefined;
  #desired = 0;
  #supersede: (() => void) | undefined;
  #ongoing: Promise<unknown> = Promise.resolve();
  /** What its metrics are made from. */
  measured: Measured = { cpuUnits: undefined };
  /** Ends the report of its CPU. */
  reporting: (() => void) | undefined;
  /** Who changes its count by its metrics. */
  scaling: Autoscaler | undefined;
  /** Deploys another task definition, or the same anew. */
  redeploy: ((taskDefinition: string | undefined) => Promise<void>) | undefined;
  readonly history: ServiceHistory;

  constructor(private readonly told: ServiceTold = nobody) {
    this.history = new ServiceHistory(told.name, told.now);
  }

  get desiredCount(): number {
    return this.#desired;
  }

  /** Whether some version is deployed. */
  get running(): boolean {
    return this.#current !== undefined;
  }

  get deploying(): boolean {
    return this.#next !== undefined;
  }

  tasks(): ReturnType<RunningService['tasks']> {
    return [this.#current, this.#next].flatMap((set) => set?.tasks() ?? []);
  }

  /** Tasks that run and that are about to: all, the newest version's, or those of the version before it. */
  counts(which: 'all' | 'newest' | 'before' = 'all'): { readonly running: number; readonly pending: number } {
    const newest = this.#next ?? this.#current;
    const before = this.#next === undefined ? undefined : this.#current;
    const sets = { all: [newest, before], newest: [newest], before: [before] }[which];
    const counts = sets.flatMap((set) => set?.counts() ?? []);
    const sum = (of: 'running' | 'pending') => counts.reduce((total, each) => total + each[of], 0);
    return { running: sum('running'), pending: sum('pending') };
  }

  /**
   * Brings tasks of a new version in place of those that run; a deployment that is at work gives way.
   * @throws as `roll` does; the old ones stay then
   */
  async deploy(next: TaskSet, rolling: Rolling, taskDefinition = ''): Promise<void> {
    while (this.deploying) {
      this.#supersede?.();
      await this.#ongoing;
    }
    const abort = new AbortController();
    this.#supersede = () => abort.abort();
    const signal = AbortSignal.any([rolling.signal, abort.signal]);
    const work = this.#roll(next, { ...rolling, signal }, taskDefinition);
    this.#ongoing = work.catch(() => undefined);
    await work;
  }

  async #roll(next: TaskSet, rolling: Rolling, taskDefinition: string): Promise<void> {
    const before = this.#current;
    const record = this.history.begin(taskDefinition);
    this.#desired = rolling.desiredCount;
    this.#next = next;
    const onFailedTask = () => void (record.failedTasks += 1);
    try {
      await roll(before, next, { ...rolling, onFailedTask });
      this.#current = next;
      await before?.stop();
      this.history.completed(record);
    } catch (error) {
      const isRolledBack = rolling.rollback || rolling.signal.aborted;
      if (!isRolledBack && before !== undefined) this.#desired = before.desired;
      this.history.failed(record, reasonOf(error), before !== undefined);
      throw error;
    } finally {
      this.#next = undefined;
      // The count may have been changed meanwhile.
      if (this.#current?.desired !== this.#desired) this.#current?.scaleTo(this.#desired);
    }
  }

  /** During a deployment the new count takes effect at its end. */
  scaleTo(count: number): void {
    if (count !== this.#desired) this.history.scaled(count);
    this.#desired = count;
    this.told.onDesired(count);
    if (!this.deploying) this.#current?.scaleTo(count);
  }

  async stop(): Promise<void> {
    this.scaling?.close();
    this.scaling = undefined;
    this.reporting?.();
    this.reporting = undefined;
    const sets = [this.#current, this.#next].filter((set) => set !== undefined);
    this.#current = undefined;
    await Promise.all(sets.map((set) => set.stop()));
  }
}

/** Its first line: the rest are the last lines of a log. */
function reasonOf(error: unknown): string {
  const [first = ''] = messageOf(error).split('\n');
  return `tasks failed to start: ${first}`;
}

import type { RunningService } from '../../../local/contract/context.js';
import { roll, type Rolling } from './rolling.js';
import type { Autoscaler } from './scaling/autoscaler.js';
import type { Measured } from './scaling/metrics.js';
import type { TaskSet } from './task-set.js';

/** A service while the plane runs: the tasks of its version, and while one is deployed those of the next. */
export class LiveService implements RunningService {
  #current: TaskSet | undefined;
  #next: TaskSet | undefined;
  #desired = 0;
  /** What its metrics are made from. */
  measured: Measured = { cpuUnits: undefined };
  /** Ends the report of its CPU. */
  reporting: (() => void) | undefined;
  /** Who changes its count by its metrics. */
  scaling: Autoscaler | undefined;

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

  /** Brings tasks of a new version in place of those that run. @throws as `roll` does; the old ones stay then */
  async deploy(next: TaskSet, rolling: Rolling): Promise<void> {
    const before = this.#current;
    this.#desired = rolling.desiredCount;
    this.#next = next;
    try {
      await roll(before, next, rolling);
      this.#current = next;
      await before?.stop();
    } catch (error) {
      if (!rolling.rollback && before !== undefined) this.#desired = before.desired;
      throw error;
    } finally {
      this.#next = undefined;
      // The count may have been changed meanwhile.
      if (this.#current?.desired !== this.#desired) this.#current?.scaleTo(this.#desired);
    }
  }

  /** During a deployment the new count takes effect at its end. */
  scaleTo(count: number): void {
    this.#desired = count;
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

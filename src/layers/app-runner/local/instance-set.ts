import type { Emit } from '../../../base/events.js';
import { LandfallError } from '../../../base/errors.js';
import type { Clock } from '../../../local/contract/clock.js';
import type { RunningTask } from '../../../local/contract/context.js';
import type { HealthCheck } from './arguments.js';
import { Instance } from './instance.js';

export interface InstanceSetParts {
  readonly service: string;
  readonly address: string;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly check: HealthCheck;
  readonly start: () => Promise<RunningTask>;
}

/** Seconds that an instance has to become healthy. */
const healthyWithinSeconds = 60;

/** Before an instance that failed is replaced: the first wait, doubled with each failure, and the longest. */
const [firstWaitMs, longestWaitMs] = [500, 30_000];

/** A replacement that stays healthy so long ends the row of failures. */
const calmMs = 60_000;

/** The instances of one version of a service. Replaces those that end or become unhealthy. */
export class InstanceSet {
  readonly #instances = new Set<Instance>();
  readonly #timers = new Set<() => void>();
  readonly #waiting = new Map<Instance, () => void>();
  #next = 0;
  #failures = 0;
  #stopping = false;

  constructor(private readonly parts: InstanceSetParts) {}

  /** Starts so many and waits until each is healthy. @throws LandfallError `APP_RUNNER_UNHEALTHY`; nothing runs then */
  async open(count: number, signal: AbortSignal): Promise<void> {
    try {
      await Promise.all(Array.from({ length: count }, () => this.#startHealthy(signal)));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** The next healthy instance in turn. */
  next(): Instance | undefined {
    const healthy = [...this.#instances].filter(({ health }) => health === 'healthy');
    this.#next += 1;
    return healthy[this.#next % healthy.length];
  }

  tasks(): readonly { readonly id: string; readonly pid: number | undefined; readonly health: string }[] {
    return [...this.#instances].map(({ task: { id, pid }, health }) => ({ id, pid, health }));
  }

  /** Requests in flight finish; then nothing runs. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const cancel of this.#timers) cancel();
    await Promise.all([...this.#instances].map((instance) => this.#remove(instance)));
  }

  async #remove(instance: Instance): Promise<void> {
    await instance.stop();
    this.#instances.delete(instance);
  }

  async #startHealthy(signal?: AbortSignal): Promise<void> {
    const task = await this.parts.start();
    const instance = new Instance(task, this.parts.check, this.parts.clock, (changed) => this.#changed(changed));
    this.#instances.add(instance);
    const why = await this.#becomesHealthy(instance, signal);
    if (why === undefined && !this.#stopping) {
      void task.exited.then(({ message }) => this.#replace(instance, `ended (${message})`));
      return;
    }
    await this.#remove(instance);
    throw this.#unhealthy(task, why ?? 'was stopped');
  }

  /** @returns why it did not */
  #becomesHealthy(instance: Instance, signal: AbortSignal | undefined): Promise<string | undefined> {
    return new Promise((resolve) => {
      const leave = () => done('was interrupted');
      const done = (why?: string) => {
        cancel();
        signal?.removeEventListener('abort', leave);
        this.#waiting.delete(instance);
        resolve(why);
      };
      const cancel = this.#after(healthyWithinSeconds * 1000, () =>
        done(`did not become healthy within ${String(healthyWithinSeconds)} s`),
      );
      this.#waiting.set(instance, () => done());
      signal?.addEventListener('abort', leave, { once: true });
      void instance.task.exited.then(({ message }) => done(`ended at its start (${message})`));
    });
  }

  #changed(instance: Instance): void {
    if (instance.health === 'healthy') this.#waiting.get(instance)?.();
    else void this.#replace(instance, 'is unhealthy');
  }

  async #replace(instance: Instance, why: string): Promise<void> {
    if (this.#stopping || !this.#instances.has(instance) || instance.health === 'draining') return;
    const wait = Math.min(firstWaitMs * 2 ** this.#failures, longestWaitMs);
    this.#failures += 1;
    this.#say(`instance ${instance.task.id} ${why}; another starts in ${String(wait / 1000)} s`);
    this.#after(wait, () => void this.#restart());
    await this.#remove(instance);
  }

  async #restart(): Promise<void> {
    try {
      await this.#startHealthy();
      const failures = this.#failures;
      this.#after(calmMs, () => (this.#failures = this.#failures === failures ? 0 : this.#failures));
    } catch (error) {
      if (this.#stopping) return;
      const wait = Math.min(firstWaitMs * 2 ** this.#failures, longestWaitMs);
      this.#failures += 1;
      this.#say(`${String(error)} Another starts in ${String(wait / 1000)} s`);
      this.#after(wait, () => void this.#restart());
    }
  }

  /** @returns what takes it back */
  #after(milliseconds: number, callback: () => void): () => void {
    const stop = this.parts.clock.after(milliseconds, () => {
      this.#timers.delete(cancel);
      callback();
    });
    const cancel = () => {
      stop();
      this.#timers.delete(cancel);
    };
    this.#timers.add(cancel);
    return cancel;
  }

  #say(line: string): void {
    this.parts.emit({ type: 'log', source: this.parts.service, line });
  }

  #unhealthy(task: RunningTask, why: string): LandfallError {
    const lines = task.lastLines().slice(-15).join('\n');
    return new LandfallError({
      code: 'APP_RUNNER_UNHEALTHY',
      message: `Instance ${task.id} of ${this.parts.service} ${why}.${lines === '' ? '' : ` Its last lines:\n${lines}`}`,
      fix: `Correct the service (does it listen on PORT and answer ${this.parts.check.path} with 200?) and deploy again; the running version stays.`,
      path: this.parts.address,
    });
  }
}

import type { Clock } from '../../../local/contract/clock.js';
import type { RunningTask } from '../../../local/contract/context.js';
import type { HealthCheck } from './arguments.js';
import { isWell } from './health.js';

/** Milliseconds between checks of an instance that was never healthy: a deploy waits for it. */
const firstChecksMs = 100;

/** How long a stopping instance may finish its requests. */
const drainMs = 30_000;

/** One instance: its process, its health, its requests in flight. */
export class Instance {
  #health: 'starting' | 'healthy' | 'unhealthy' = 'starting';
  /** Consecutive checks that said otherwise than `health`. */
  #streak = 0;
  #inFlight = 0;
  #stopped = false;
  #cancelCheck: () => void = () => undefined;
  #idle: () => void = () => undefined;

  constructor(
    readonly task: RunningTask,
    private readonly check: HealthCheck,
    private readonly clock: Clock,
    /** Called at each change of health. */
    private readonly changed: (instance: Instance) => void,
  ) {
    this.#checkAfter(0);
  }

  get health(): string {
    return this.#stopped ? 'draining' : this.#health;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** A request begins; the answer ends it, once or more. */
  take(): () => void {
    this.#inFlight += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#idle();
    };
  }

  /** Lets requests in flight finish, then ends the process. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelCheck();
    if (this.#inFlight > 0)
      await new Promise<void>((resolve) => {
        const cancel = this.clock.after(drainMs, resolve);
        this.#idle = () => {
          cancel();
          resolve();
        };
      });
    await this.task.stop();
  }

  #checkAfter(milliseconds: number): void {
    this.#cancelCheck = this.clock.after(milliseconds, () => void this.#checkNow());
  }

  async #checkNow(): Promise<void> {
    const well = await isWell(this.task.healthHandler, this.check, this.clock);
    if (this.#stopped) return;
    const { healthy_threshold, unhealthy_threshold, interval } = this.check;
    this.#streak = well === (this.#health === 'healthy') ? 0 : this.#streak + 1;
    // What never was healthy is given up by who waits for it.
    if (well ? this.#streak >= healthy_threshold : this.#health === 'healthy' && this.#streak >= unhealthy_threshold) {
      this.#health = well ? 'healthy' : 'unhealthy';
      this.#streak = 0;
      this.changed(this);
    }
    this.#checkAfter(this.#health === 'starting' ? firstChecksMs : interval * 1000);
  }
}

import type { Clock } from '../../../local/contract/clock.js';

/** How often the health of tasks is looked at. */
const lookMs = 1000;

/** Looks again and again, from its first start to its end. */
export class Watch {
  #cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly look: () => void,
  ) {}

  start(): void {
    this.#cancel ??= this.#again();
  }

  close(): void {
    this.#cancel?.();
  }

  #again(): () => void {
    return this.clock.after(lookMs, () => {
      this.#cancel = this.#again();
      this.look();
    });
  }
}

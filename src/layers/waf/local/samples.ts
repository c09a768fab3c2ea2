/** A request that a rule blocked or counted. Holds no value of the request but its path. */
export interface SampledRequest {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly action: 'block' | 'count';
  readonly rule: string;
  /** What matched, such as `query argument q`. */
  readonly part: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly address: string;
}

/** The last of them, the oldest first. */
export class Samples {
  readonly #kept: SampledRequest[] = [];

  constructor(private readonly limit = 100) {}

  add(sample: SampledRequest): void {
    this.#kept.push(sample);
    if (this.#kept.length > this.limit) this.#kept.shift();
  }

  all(): readonly SampledRequest[] {
    return [...this.#kept];
  }
}

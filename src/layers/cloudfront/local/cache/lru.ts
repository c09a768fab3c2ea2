/** What is kept, with its weight. */
interface Kept<V> {
  readonly value: V;
  readonly bytes: number;
}

/** A map bounded by weight: what was used longest ago goes first. */
export class LruCache<V> {
  readonly #kept = new Map<string, Kept<V>>();
  #bytes = 0;

  /** @param maxBytes of all values together; one that is heavier by itself is not kept */
  constructor(readonly maxBytes: number) {}

  /** Weight of all that is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** The value, which counts as used now. */
  get(key: string): V | undefined {
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found.value;
  }

  set(key: string, value: V, bytes: number): void {
    this.delete(key);
    if (bytes > this.maxBytes) return;
    this.#kept.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.maxBytes) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }

  /** Lets go of every value that `matches`. */
  deleteWhere(matches: (value: V) => boolean): void {
    for (const [key, { value }] of this.#kept) if (matches(value)) this.delete(key);
  }
}

import { KeysUnavailable, type KeySet } from './landfall-jwt-issuer.js';

/** Seconds. */
interface Intervals {
  /** How long a key set is used before it is asked for again. */
  readonly key_set_ttl: number;
  /** Between two fetches that an unknown key id may cause. */
  readonly refetch_interval: number;
  /** After a fetch that failed, before the next. */
  readonly retry_interval: number;
}

/** As `key_sets.lua` has it: one issuer's key set, and when it is asked for. */
export class KeySetCache<Request> {
  #set: KeySet | undefined;
  #failure: KeysUnavailable | undefined;
  #fetchedAt = -Infinity;
  #askedAt = -Infinity;
  #asking: Promise<void> | undefined;

  /** @param ask throws KeysUnavailable alone */
  constructor(
    private readonly intervals: Intervals,
    private readonly ask: (request: Request) => Promise<KeySet>,
    private readonly nowMs: () => number,
  ) {}

  /**
   * The set: with the key or, where the issuer has no such key, without it.
   * @throws KeysUnavailable
   */
  async get(keyId: string, request: Request): Promise<KeySet> {
    const { key_set_ttl, refetch_interval, retry_interval } = this.intervals;
    const known = this.#set?.keys.has(keyId) === true ? this.#set : undefined;
    // One asks for all; who has a key need not wait for it.
    if (known !== undefined && (this.#since(this.#fetchedAt) < key_set_ttl || this.#asking !== undefined)) return known;
    // An unknown key id may ask again, so that a new key is found, but not at will; nor may anything after a failure.
    const pause = this.#failure === undefined ? refetch_interval : retry_interval;
    if (this.#asking !== undefined) await this.#asking;
    else if (this.#since(this.#askedAt) >= pause) await this.#fetch(request);
    return this.#answer(keyId);
  }

  #since(ms: number): number {
    return (this.nowMs() - ms) / 1000;
  }

  /** Keys that were good stay good while the issuer cannot be asked. Of another key nothing is known then. */
  #answer(keyId: string): KeySet {
    if (this.#set !== undefined && (this.#failure === undefined || this.#set.keys.has(keyId))) return this.#set;
    throw this.#failure ?? new KeysUnavailable('No answer.');
  }

  #fetch(request: Request): Promise<void> {
    this.#asking = this.ask(request)
      .then(
        (set) => {
          this.#set = set;
          this.#failure = undefined;
          this.#fetchedAt = this.nowMs();
        },
        (error: unknown) => {
          this.#failure = error instanceof KeysUnavailable ? error : new KeysUnavailable(String(error));
        },
      )
      .finally(() => {
        this.#askedAt = this.nowMs();
        this.#asking = undefined;
      });
    return this.#asking;
  }
}

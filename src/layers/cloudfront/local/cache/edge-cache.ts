import { Readable } from 'node:stream';
import type { Clock } from '../../../../local/contract/clock.js';
import type { HttpRequest } from '../../../../local/contract/http.js';
import { confirmedHeaders, bytesOf, timesOf, type Entry } from './entry.js';
import type { Exchange, OriginAnswer, Served } from './exchange.js';
import { Flight } from './flight.js';
import { cacheKey, objectPath } from './key.js';
import { keptResponse } from './kept-response.js';
import { lifetimeOf, type Lifetime } from './lifetime.js';
import { LruCache } from './lru.js';
import { invalidationOf } from './invalidation.js';
import { Recorder, type Recorded } from './recorder.js';
import { isConditional, isOfRange, revalidation, variants } from './variant.js';

interface Outcome {
  readonly recorded: Recorded;
  readonly result: 'Hit' | 'Miss' | 'RefreshHit';
}

/** What is asked of an origin, and where the answer goes. */
interface Question {
  readonly exchange: Exchange;
  readonly key: string;
  /** Number of the last invalidation before it: what was asked for before a later one is not kept. */
  readonly epoch: number;
}

type Ask = (request: HttpRequest) => Promise<Outcome>;

const defaultBytes = 64 * 1024 * 1024;

/** The cache of one distribution: looks up, asks the origin, keeps, asks again. */
export class EdgeCache {
  readonly #entries: LruCache<Entry>;
  readonly #recorder: Recorder;
  readonly #flights = new Map<string, Flight<Outcome>>();
  #epoch = 0;

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    maxBytes = defaultBytes,
  ) {
    this.#entries = new LruCache(maxBytes);
    this.#recorder = new Recorder(maxBytes / 4, (key, entry) => this.#entries.set(key, entry, bytesOf(entry)));
  }

  async serve(exchange: Exchange): Promise<Served> {
    const { request, policy, isKept } = exchange;
    if (!isKept) return served(await this.#pass(exchange), request, 'Miss', this.clock.now());
    const keys = variants(request, cacheKey(request, policy));
    const [found, key] = this.#find(keys);
    const now = this.clock.now();
    if (found !== undefined && now < found.freshUntil) return served({ entry: found }, request, 'Hit', now);
    if (found?.isError === true) this.#entries.delete(key);
    const stale = found?.isError === true ? undefined : found;
    const question = { exchange, key, epoch: this.#epoch };
    if (stale === undefined) {
      const ask: Ask = async (asked) => ({
        recorded: await this.#record(question, await exchange.fetch(asked)),
        result: 'Miss',
      });
      const isAlone = policy.maxTtl === 0 || isConditional(request) || request.body !== null;
      return isAlone ? this.#alone(exchange, ask) : this.#together(exchange, key, ask);
    }
    const revalidate: Ask = (asked) => this.#revalidate(question, asked, stale);
    if (now >= stale.staleWhileRevalidateUntil) return this.#together(exchange, key, revalidate);
    if (!this.#flights.has(key)) this.#refresh(key, exchange, revalidate);
    return served({ entry: stale }, request, 'Hit', now);
  }

  /** Asks without a viewer who waits: what comes is read to its end, so that it is kept. */
  #refresh(key: string, exchange: Exchange, ask: Ask): void {
    const flight = this.#launch(key, exchange, ask);
    flight.hold();
    const drain = ({ recorded }: Outcome) => {
      if ('response' in recorded && recorded.response.body instanceof Readable) recorded.response.body.resume();
    };
    flight.answer.then(drain, () => undefined);
  }

  /** Lets go of what the paths name: exact ones, and prefixes that end with `*`. */
  invalidate(paths: readonly string[]): void {
    const isMeant = invalidationOf(paths);
    this.#epoch += 1;
    this.#recorder.discard(isMeant);
    this.#entries.deleteWhere(({ path }) => isMeant(path));
    // Whoever asks from here on must not get what was asked for before.
    this.#flights.clear();
  }

  #find(keys: readonly [string, ...string[]]): readonly [Entry | undefined, string] {
    const key = keys.findLast((one) => this.#entries.get(one) !== undefined) ?? keys[0];
    return [this.#entries.get(key), key];
  }

  /** Methods whose answers are not kept. */
  async #pass({ request, fetch, errorPage }: Exchange): Promise<Recorded> {
    const { response } = await fetch(request);
    if (response.status < 400) return { response, isError: false };
    return { response: await errorPage(response), isError: true };
  }

  async #alone({ request }: Exchange, ask: Ask): Promise<Served> {
    const { recorded, result } = await ask(request);
    return served(recorded, request, result, this.clock.now());
  }

  /**
   * Requests with one key wait for one answer, when it may be shared.
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#request-custom-traffic-spikes (read 2026-11-25)
   */
  async #together(exchange: Exchange, key: string, ask: Ask): Promise<Served> {
    const { request } = exchange;
    const known = this.#flights.get(key);
    if (known === undefined) {
      const { recorded, result } = await this.#launch(key, exchange, ask).join(request.signal);
      return served(recorded, request, result, this.clock.now());
    }
    const outcome = await known.join(request.signal).catch(() => undefined);
    request.signal.throwIfAborted();
    const shared = outcome?.recorded.again?.();
    return shared === undefined ? this.#alone(exchange, ask) : served(shared, request, 'Hit', this.clock.now());
  }

  #launch(key: string, { request }: Exchange, ask: Ask): Flight<Outcome> {
    const flight = new Flight(request, ask);
    this.#flights.set(key, flight);
    const landed = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.answer.then(landed, landed);
    return flight;
  }

  /**
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html (what is stale is served when the
   * origin answers 5xx or not at all; read 2026-11-25)
   */
  async #revalidate(question: Question, request: HttpRequest, entry: Entry): Promise<Outcome> {
    const { exchange, key } = question;
    const answer = await exchange.fetch(revalidation(request, entry));
    const { response } = answer;
    const now = this.clock.now();
    if (response.status === 304) {
      const headers = confirmedHeaders(entry, response);
      const lifetime = lifetimeOf(entry.status, headers, exchange.policy, now);
      const confirmed = { ...entry, headers, ...timesOf(lifetime ?? once, response.headers, now) };
      this.#keep(question, confirmed);
      return { recorded: shareable(confirmed), result: 'RefreshHit' };
    }
    if (response.status >= 500 && (entry.staleIfErrorUntil === undefined || now < entry.staleIfErrorUntil)) {
      if (response.body instanceof Readable) response.body.resume();
      const kept = { ...entry, freshUntil: now + exchange.errorSeconds({ ...answer, isOwn: false }) * 1000 };
      this.#keep(question, kept);
      return { recorded: shareable(kept), result: 'Hit' };
    }
    this.#entries.delete(key);
    return { recorded: await this.#record(question, answer), result: 'Miss' };
  }

  #keep({ key, epoch }: Question, entry: Entry): void {
    if (epoch === this.#epoch) this.#entries.set(key, entry, bytesOf(entry));
  }

  async #record({ exchange, key, epoch }: Question, answer: OriginAnswer): Promise<Recorded> {
    const { request, policy } = exchange;
    const { response, validators } = answer;
    const isError = response.status >= 400;
    const now = this.clock.now();
    const lifetime = isError ? errorLife(exchange, answer) : lifetimeOf(response.status, response.headers, policy, now);
    const shown = isError ? await exchange.errorPage(response) : response;
    const isUseless = lifetime?.fresh === 0 && validators.etag === undefined && validators.lastModified === undefined;
    const isOddPart = response.status === 206 && !isOfRange(key);
    if (lifetime === undefined || isUseless || isOddPart || epoch !== this.#epoch) return { response: shown, isError };
    const path = objectPath(request.target, policy);
    const target = response.status === 206 ? key : wholeKey(key);
    return this.#recorder.record(target, shown, { path, isError, validators, lifetime, now });
  }
}

const once: Lifetime = { fresh: 0, staleWhileRevalidate: 0, staleIfError: 0 };

/** Undefined when it is not kept. A 412 tells of the one viewer's conditions alone. */
function errorLife({ request, errorSeconds }: Exchange, answer: OriginAnswer): Lifetime | undefined {
  const fresh = answer.response.status === 412 && isConditional(request) ? 0 : errorSeconds(answer);
  return fresh === 0 ? undefined : { ...once, fresh };
}

/** An origin that knows no ranges answers the whole: it serves every later request. */
const wholeKey = (key: string): string => (isOfRange(key) ? key.slice(key.indexOf(' ') + 1) : key);

const shareable = (entry: Entry): Recorded => ({ entry, again: () => ({ entry }) });

function served(recorded: Recorded, request: HttpRequest, result: Outcome['result'], now: number): Served {
  if ('entry' in recorded) {
    const { entry } = recorded;
    const response = keptResponse(entry, request, now);
    return { response, result: entry.isError ? 'Error' : result, isError: entry.isError };
  }
  const { response, isError } = recorded;
  return { response, result: isError ? 'Error' : result, isError };
}

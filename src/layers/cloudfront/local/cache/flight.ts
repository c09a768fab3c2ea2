import type { HttpRequest } from '../../../../local/contract/http.js';

/** One question to the origin that several viewers wait for. It is given up when all of them have left. */
export class Flight<T> {
  readonly #ended = new AbortController();
  #waiting = 0;
  readonly answer: Promise<T>;

  constructor(request: HttpRequest, ask: (request: HttpRequest) => Promise<T>) {
    this.answer = ask({ ...request, signal: this.#ended.signal });
    // Whoever waits sees it; nobody may be left.
    this.answer.catch(() => undefined);
  }

  /** Waits for as long as `signal` does not abort. */
  join(signal: AbortSignal): Promise<T> {
    this.#waiting += 1;
    const leave = () => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#ended.abort(signal.reason);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return this.answer;
  }

  /** Keeps it going without a viewer. */
  hold(): void {
    this.#waiting += 1;
  }
}

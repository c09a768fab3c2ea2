import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { HeaderPair, HttpRequest, HttpResponse, UpstreamError } from '../contract/http.js';
import { endToEnd } from './headers.js';
import { upstreamError } from './upstream-errors.js';

const HIGH_WATER_MARK = 65_536;

/** Takes the response of one dispatched request. A body that arrives whole with its head is handed on as a buffer. */
export class UpstreamExchange implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private early: Buffer[] | undefined = [];
  private body: ResponseBody | undefined;
  private ended = false;

  constructor(
    private readonly request: HttpRequest,
    private readonly origin: string,
    private readonly resolve: (response: HttpResponse) => void,
    private readonly reject: (error: UpstreamError) => void,
  ) {
    request.signal.addEventListener('abort', this.abort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.request.signal.aborted) this.abort();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    const headers = endToEnd(decoded(controller.rawHeaders));
    // All callbacks for one packet run before any microtask: by then it is known whether the body came whole.
    queueMicrotask(() => {
      this.answer(controller, status, headers);
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.early) this.early.push(chunk);
    else if (this.body?.push(chunk) === false) controller.pause();
  }

  onResponseEnd(): void {
    this.ended = true;
    this.release();
    this.body?.push(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.ended = true;
    this.release();
    const failure = upstreamError(error, this.origin, this.request.signal);
    if (this.body) this.body.destroy(failure);
    else this.reject(failure);
  }

  private answer(controller: Dispatcher.DispatchController, status: number, headers: readonly HeaderPair[]): void {
    const chunks = this.early ?? [];
    this.early = undefined;
    if (this.ended) {
      const [first] = chunks;
      const body = first === undefined ? null : chunks.length === 1 ? first : Buffer.concat(chunks);
      this.resolve({ status, headers, body });
      return;
    }
    this.body = new ResponseBody(controller, () => this.ended);
    for (const chunk of chunks) this.body.push(chunk);
    this.resolve({ status, headers, body: this.body });
  }

  private readonly abort = (): void => {
    this.release();
    const failure = upstreamError(this.request.signal.reason, this.origin, this.request.signal);
    this.controller?.abort(failure);
    this.reject(failure);
  };

  private release(): void {
    this.request.signal.removeEventListener('abort', this.abort);
  }
}

/** Whoever destroys it before its end ends the upstream's connection. */
class ResponseBody extends Readable {
  constructor(
    private readonly controller: Dispatcher.DispatchController,
    private readonly isOver: () => boolean,
  ) {
    super({ highWaterMark: HIGH_WATER_MARK });
  }

  override _read(): void {
    this.controller.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (!this.isOver()) this.controller.abort(error ?? new Error('The response is not wanted any more.'));
    callback(error);
  }
}

function decoded(raw: Dispatcher.DispatchController['rawHeaders']): HeaderPair[] {
  if (!Array.isArray(raw)) return [];
  const result: HeaderPair[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) result.push([latin1(raw[index]), latin1(raw[index + 1])]);
  return result;
}

function latin1(value: Buffer | string | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('latin1') ?? '');
}

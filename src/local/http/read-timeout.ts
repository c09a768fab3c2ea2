import type { Clock } from '../contract/clock.js';
import { UpstreamError, type HttpRequest, type HttpResponse } from '../contract/http.js';
import { RequestBody } from './request-body.js';

/** The client began a body and then sent nothing more of it. */
export class ClientSilent extends Error {
  constructor(seconds: number) {
    super(`The client sent nothing of its body for ${String(seconds)} s.`);
    this.name = 'ClientSilent';
  }
}

/** What becomes of a body that stands still: `wait` for its end, however long, or `fail` when nothing of it moved in the time. */
export type StalledBody = 'wait' | 'fail';

/**
 * Asks an upstream, and gives up when it has not begun its answer in `milliseconds`. The time does not run while the request's body
 * is still on its way.
 * @throws UpstreamError `timeout`; ClientSilent where a stalled body fails; and whatever `ask` throws
 */
export function withReadTimeout(
  request: HttpRequest,
  milliseconds: number,
  clock: Clock,
  ask: (request: HttpRequest) => Promise<HttpResponse>,
  stalledBody: StalledBody = 'wait',
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const limit = new AbortController();
    const leave = () => limit.abort(request.signal.reason);
    if (request.signal.aborted) leave();
    else request.signal.addEventListener('abort', leave);
    const seconds = milliseconds / 1000;
    let seen = 0;
    const lateness = (): Error | undefined => {
      const { body } = request;
      if (body === null || body.readableEnded || body.destroyed) return silent(seconds);
      if (stalledBody === 'wait' || !(body instanceof RequestBody)) return undefined;
      const moved = body.received > seen;
      seen = body.received;
      if (moved) return undefined;
      return body.isStarved ? new ClientSilent(seconds) : silent(seconds);
    };
    const expire = () => {
      const late = lateness();
      if (late === undefined) {
        cancel = clock.after(milliseconds, expire);
        return;
      }
      reject(late);
      limit.abort(late);
    };
    let cancel = clock.after(milliseconds, expire);
    const settle =
      <T>(then: (value: T) => void) =>
      (value: T) => {
        cancel();
        then(value);
      };
    ask({ ...request, signal: limit.signal }).then(settle(resolve), settle(reject));
  });
}

const silent = (seconds: number): UpstreamError =>
  new UpstreamError('timeout', `The upstream was silent for ${String(seconds)} s.`);

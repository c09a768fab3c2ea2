import type { Clock } from '../contract/clock.js';
import { UpstreamError, type HttpRequest, type HttpResponse } from '../contract/http.js';

/**
 * Asks an upstream, and gives up when it has not begun its answer in `milliseconds`. The time does not run while the request's body
 * is still on its way.
 * @throws UpstreamError `timeout`, and whatever `ask` throws
 */
export function withReadTimeout(
  request: HttpRequest,
  milliseconds: number,
  clock: Clock,
  ask: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const limit = new AbortController();
    const leave = () => limit.abort(request.signal.reason);
    if (request.signal.aborted) leave();
    else request.signal.addEventListener('abort', leave);
    const expire = () => {
      if (isUploading(request)) {
        cancel = clock.after(milliseconds, expire);
        return;
      }
      const late = new UpstreamError('timeout', `The upstream was silent for ${String(milliseconds / 1000)} s.`);
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

const isUploading = ({ body }: HttpRequest): boolean => body !== null && !body.readableEnded && !body.destroyed;

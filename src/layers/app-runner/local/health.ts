import { Readable } from 'node:stream';
import type { Clock } from '../../../local/contract/clock.js';
import type { Handler } from '../../../local/contract/http.js';
import type { Trace } from '../../../local/contract/trace.js';
import type { HealthCheck } from './arguments.js';

/** Health checks are in no trace. */
const untraced: Trace = {
  id: 'health-check',
  hop: () => ({ decidedBy: () => undefined, note: () => undefined, end: () => undefined }),
};

/**
 * One health check. An instance that answers at all passes a `TCP` check.
 * @returns whether it passed in time
 */
export async function isWell(
  handler: Handler,
  { protocol, path, timeout }: Pick<HealthCheck, 'protocol' | 'path' | 'timeout'>,
  clock: Clock,
): Promise<boolean> {
  const limit = new AbortController();
  const cancel = clock.after(timeout * 1000, () => limit.abort());
  try {
    const { status, body } = await handler.request({
      method: 'GET',
      target: protocol === 'HTTP' ? path : '/',
      httpVersion: '1.1',
      headers: [['Host', 'health-check']],
      body: null,
      peer: { address: '127.0.0.1', port: 0 },
      tls: undefined,
      signal: limit.signal,
      trace: untraced,
    });
    if (body instanceof Readable) body.resume();
    return protocol === 'TCP' || (status >= 200 && status < 400);
  } catch {
    return false;
  } finally {
    cancel();
  }
}

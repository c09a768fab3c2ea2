import { Readable } from 'node:stream';
import type { Clock } from '../../../local/contract/clock.js';
import type { Handler } from '../../../local/contract/http.js';
import type { Trace } from '../../../local/contract/trace.js';

/** Health checks are in no trace. */
const untraced: Trace = {
  id: 'health-check',
  hop: () => ({ decidedBy: () => undefined, note: () => undefined, end: () => undefined }),
};

export interface Probe {
  readonly path: string;
  /** `200`, `200-299`, `200,204`. */
  readonly matcher: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** One health check. @returns whether the target answered in time with a status that the matcher accepts */
export async function probe(handler: Handler, { path, matcher, timeoutMs, clock }: Probe): Promise<boolean> {
  const limit = new AbortController();
  const cancel = clock.after(timeoutMs, () => limit.abort());
  try {
    const response = await handler.request({
      method: 'GET',
      target: path,
      httpVersion: '1.1',
      headers: [
        ['Host', 'health-check'],
        ['User-Agent', 'ELB-HealthChecker/2.0'],
      ],
      body: null,
      peer: { address: '127.0.0.1', port: 0 },
      tls: undefined,
      signal: limit.signal,
      trace: untraced,
    });
    if (response.body instanceof Readable) response.body.resume();
    return matches(matcher, response.status);
  } catch {
    return false;
  } finally {
    cancel();
  }
}

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html (read 2026-11-23) */
export function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [low = '', high = low] = part.trim().split('-');
    return status >= Number(low) && status <= Number(high);
  });
}

import type { HeaderPair, HttpRequest } from '../../../local/contract/http.js';
import { framingOf, type Framing } from '../../../local/http/framing.js';
import { allValues } from '../../../local/http/headers.js';
import { classify, listed } from './desync.js';
import type { OwnStatus } from './own-answers.js';
import type { LoadBalancer } from './settings.js';

/** Why the load balancer does not even look for a rule. */
export interface Refused {
  readonly status: OwnStatus;
  readonly reason: string;
}

const kibibyte = 1024;

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html (read 2026-11-25) */
const limits = {
  requestLine: 16 * kibibyte,
  header: 16 * kibibyte,
  allHeaders: 64 * kibibyte,
  responseHeaders: 32 * kibibyte,
};

const mostForwardedFor = 30;

/**
 * What is refused before any rule is looked at.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html (read 2026-11-25)
 */
export function refuse(request: HttpRequest, { desync_mitigation_mode }: LoadBalancer): Refused | undefined {
  const framing = framingOf(request);
  const headers = framing?.headers ?? request.headers;
  return (
    tooLarge(request, headers) ??
    (request.method === 'TRACE' ? { status: 405, reason: 'TRACE' } : undefined) ??
    (framing && unsafe(request, framing, desync_mitigation_mode)) ??
    tooManyProxies(request)
  );
}

/** Whether a response's header is more than the load balancer passes on. */
export const isTooLarge = (headers: readonly HeaderPair[]): boolean => sizeOf(headers) > limits.responseHeaders;

function tooLarge({ method, target }: HttpRequest, headers: readonly HeaderPair[]): Refused | undefined {
  // AWS's page has a long request line under 400 and a long URL under 414; it is nginx that tells them apart so.
  if (method.length + target.length + ' / HTTP/1.1'.length > limits.requestLine) return { status: 414, reason: 'URI' };
  const size = sizeOf(headers);
  if (size <= limits.header) return undefined;
  const isLong = headers.some((pair) => sizeOf([pair]) > limits.header);
  return isLong || size > limits.allHeaders ? { status: 400, reason: 'header size' } : undefined;
}

const sizeOf = (headers: readonly HeaderPair[]): number =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.length + ': \r\n'.length, 0);

const supported = new Set(['chunked', 'identity']);

/** Ambiguous requests pass in the defensive mode, but are the last of their connection. */
function unsafe(
  { method }: HttpRequest,
  framing: Framing,
  mode: LoadBalancer['desync_mitigation_mode'],
): Refused | undefined {
  const codings = allValues(framing.headers, 'transfer-encoding').flatMap(listed);
  if (codings.some((coding) => !supported.has(coding))) return { status: 501, reason: 'Transfer-Encoding' };
  const { tier, reason } = classify(method, framing);
  if (tier === 'compliant' || mode === 'monitor') return undefined;
  if (tier === 'severe' || mode === 'strictest') return { status: 400, reason };
  if (tier === 'ambiguous') framing.endConnection();
  return undefined;
}

function tooManyProxies({ headers }: HttpRequest): Refused | undefined {
  const addresses = allValues(headers, 'x-forwarded-for').flatMap((value) => value.split(','));
  return addresses.length > mostForwardedFor ? { status: 463, reason: 'X-Forwarded-For' } : undefined;
}

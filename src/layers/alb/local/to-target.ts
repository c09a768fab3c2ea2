import { randomBytes } from 'node:crypto';
import type { HeaderPair, HttpRequest } from '../../../local/contract/http.js';
import { allValues, withHeader } from '../../../local/http/headers.js';

export interface Entrance {
  /** The listener's, in lower case. */
  readonly protocol: string;
  /** AWS's, not the local one. */
  readonly port: number;
  readonly dropsInvalidFields: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Where a target sees the load balancer come from. */
const loadBalancerPeer = { address: '127.0.0.1', port: 0 };

/** Names that `drop_invalid_header_fields` lets pass. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html (read 2026-11-23) */
const validName = /^[-A-Za-z0-9]+$/;

/**
 * The request as a target gets it: plain HTTP/1.1 from the load balancer's own address.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html (read 2026-11-23)
 */
export function toTarget(request: HttpRequest, entrance: Entrance): HttpRequest {
  let headers: readonly HeaderPair[] = entrance.dropsInvalidFields
    ? request.headers.filter(([name]) => validName.test(name))
    : request.headers;
  const chain = [...allValues(headers, 'x-forwarded-for'), request.peer.address].join(', ');
  headers = withHeader(headers, 'X-Forwarded-For', chain);
  headers = withHeader(headers, 'X-Forwarded-Proto', entrance.protocol);
  headers = withHeader(headers, 'X-Forwarded-Port', String(entrance.port));
  const [earlier] = allValues(headers, 'x-amzn-trace-id');
  headers = withHeader(headers, 'X-Amzn-Trace-Id', traceId(earlier, entrance.now));
  return { ...request, httpVersion: '1.1', headers, peer: loadBalancerPeer, tls: undefined };
}

/** An earlier load balancer's root is kept. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html (read 2026-11-23) */
function traceId(earlier: string | undefined, now: number): string {
  const own = `1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  if (earlier === undefined || !/(^|;)\s*Root=/i.test(earlier)) return `Root=${own}`;
  const kept = earlier.split(';').filter((field) => !/^\s*Self=/i.test(field));
  return [`Self=${own}`, ...kept].join(';');
}

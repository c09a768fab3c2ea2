import { randomBytes } from 'node:crypto';
import type { HeaderPair, HttpRequest } from '../../../local/contract/http.js';
import { framingOf } from '../../../local/http/framing.js';
import { allValues, header, withHeader, without } from '../../../local/http/headers.js';
import type { LoadBalancer } from './settings.js';

export interface Entrance {
  /** The listener's, in lower case. */
  readonly protocol: string;
  /** AWS's, not the local one. */
  readonly port: number;
  readonly loadBalancer: LoadBalancer;
  /** The load balancer's own name. */
  readonly dnsName: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Where a target sees the load balancer come from. */
const loadBalancerPeer = { address: '127.0.0.1', port: 0 };

/** Names that `drop_invalid_header_fields` lets pass. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html (read 2026-11-23) */
const validName = /^[-A-Za-z0-9]+$/;

/**
 * The request as a target gets it: plain HTTP/1.1 from the load balancer's own address.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html (read 2026-11-25)
 */
export function toTarget(request: HttpRequest, entrance: Entrance): HttpRequest {
  const { loadBalancer, protocol, port, now } = entrance;
  let headers: readonly HeaderPair[] = loadBalancer.drop_invalid_header_fields
    ? request.headers.filter(([name]) => validName.test(name))
    : request.headers;
  headers = withHeader(headers, 'Host', hostOf(request, entrance));
  headers = forwardedFor(headers, request.peer, loadBalancer);
  headers = withHeader(headers, 'X-Forwarded-Proto', protocol);
  headers = withHeader(headers, 'X-Forwarded-Port', String(port));
  if (loadBalancer.enable_tls_version_and_cipher_suite_headers && request.tls !== undefined) {
    headers = withHeader(headers, 'X-Amzn-Tls-Version', request.tls.protocol);
    headers = withHeader(headers, 'X-Amzn-Tls-Cipher-Suite', request.tls.cipher);
  }
  headers = withHeader(headers, 'X-Amzn-Trace-Id', traceId(headers, now));
  return { ...request, httpVersion: '1.1', headers, peer: loadBalancerPeer, tls: undefined };
}

/**
 * Unless it is preserved, a host without a port gets the listener's, where that is not the protocol's own.
 * @see https://repost.aws/questions/QUbdKVqaj4TKSZJdPWPZG1Ow (read 2026-11-25)
 */
function hostOf(request: HttpRequest, { protocol, port, loadBalancer, dnsName }: Entrance): string {
  const arrived = framingOf(request);
  // An HTTP/1.0 request without one: https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html (not re-read)
  const isNameless = arrived?.httpVersion === '1.0' && header(arrived.headers, 'host') === undefined;
  const host = isNameless ? dnsName : (header(request.headers, 'host') ?? '');
  const isUsual = port === (protocol === 'https' ? 443 : 80);
  return loadBalancer.preserve_host_header || isUsual || /:\d*$/.test(host) ? host : `${host}:${String(port)}`;
}

function forwardedFor(
  headers: readonly HeaderPair[],
  peer: HttpRequest['peer'],
  { xff_header_processing_mode: mode, enable_xff_client_port: withPort }: LoadBalancer,
): readonly HeaderPair[] {
  if (mode === 'preserve') return headers;
  if (mode === 'remove') return without(headers, 'x-forwarded-for');
  const address = peer.address.includes(':') && withPort ? `[${peer.address}]` : peer.address;
  const client = withPort ? `${address}:${String(peer.port)}` : address;
  return withHeader(headers, 'X-Forwarded-For', [...allValues(headers, 'x-forwarded-for'), client].join(', '));
}

/** Above this the load balancer makes its own root. */
const tracedBytes = 7 * 1024;

/** An earlier load balancer's root is kept. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html (read 2026-11-25) */
function traceId(headers: readonly HeaderPair[], now: number): string {
  const [earlier] = allValues(headers, 'x-amzn-trace-id');
  const own = `1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  const size = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  if (earlier === undefined || size > tracedBytes) return `Root=${own}`;
  const kept = earlier.split(';').filter((field) => field.trim() !== '' && !/^\s*Self=/i.test(field));
  const hasRoot = kept.some((field) => /^\s*Root=/i.test(field));
  return [`${hasRoot ? 'Self' : 'Root'}=${own}`, ...kept].join(';');
}

import { BlockList, isIP } from 'node:net';
import type { HttpRequest } from '../../../../../local/contract/http.js';
import { allValues } from '../../../../../local/http/headers.js';

/** The loopback addresses stand for the VPC's, which the image trusts (`KONG_TRUSTED_IPS`). */
const trusted = new BlockList();
trusted.addSubnet('127.0.0.0', 8);
trusted.addAddress('::1', 'ipv6');

const isTrusted = (address: string): boolean => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * The client's address as nginx's realip module finds it with `real_ip_recursive on`: from the right of `X-Forwarded-For` the first
 * that is not trusted; the peer's where it is not trusted itself, or the header holds none.
 * @see https://nginx.org/en/docs/http/ngx_http_realip_module.html (not re-read)
 */
export function clientAddress({ peer, headers }: HttpRequest): string {
  let found = peer.address;
  const chain = allValues(headers, 'x-forwarded-for').join(',').split(',');
  for (const entry of chain.map((part) => part.trim()).reverse()) {
    if (!isTrusted(found) || isIP(entry) === 0) break;
    found = entry;
  }
  return found;
}

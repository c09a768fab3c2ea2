import type { IncomingHttpHeaders } from 'node:http';

/**
 * The origin the caller used: its own Host, and the protocol the proxy in front reports. `undefined` when the
 * Host is not a plain host and port, which must not end up in a URL.
 */
export function publicOrigin(headers: IncomingHttpHeaders, protocol: string): string | undefined {
  const host = headers.host ?? '';
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host)) return undefined;
  const forwarded = [headers['x-forwarded-proto'] ?? ''].flat().join(',').split(',')[0]?.trim().toLowerCase();
  return `${forwarded === 'http' || forwarded === 'https' ? forwarded : protocol}://${host}`;
}

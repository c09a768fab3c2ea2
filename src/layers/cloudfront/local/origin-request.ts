import type { HeaderPair, HttpRequest } from '../../../local/contract/http.js';
import { allValues, header, withHeader } from '../../../local/http/headers.js';
import { keptCookies, keptQuery } from './cache/key.js';
import { everyName } from './cache/policy.js';
import type { Forwarding } from './policies.js';
import type { OriginArgs } from './schema.js';

/** Names of CloudFront for one request: for `Via` and `X-Amz-Cf-Id`. */
export interface EdgeNames {
  readonly host: string;
  readonly requestId: string;
}

/** Where an origin sees CloudFront come from. */
export const edgePeer = { address: '127.0.0.1', port: 0 };

/** TLS as CloudFront speaks it to an origin. */
export const originTls = (serverName: string) => ({
  serverName,
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
});

/** Headers that CloudFront makes or removes: a viewer's own are never passed on. */
const reserved = /^(cloudfront-|x-amz-cf-|x-edge-|(via|x-real-ip|x-forwarded-proto|x-http-method-override)$)/;

/** Passed on whatever the policy says. */
const basic: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'upgrade',
  'x-forwarded-for',
]);

/**
 * The request as a custom origin gets it: HTTP/1.1 from the edge, with the viewer's headers that the policy forwards, CloudFront's own,
 * and the origin's custom headers over everything of that name.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html (read 2026-11-23)
 */
export function customOriginRequest(
  request: HttpRequest,
  origin: OriginArgs,
  forwarding: Forwarding,
  edge: EdgeNames,
  secure: boolean,
): HttpRequest {
  let headers: readonly HeaderPair[] = request.headers.filter(([name]) =>
    isForwarded(name.toLowerCase(), forwarding, request.method),
  );
  const cookies = forwarding.cookies === everyName ? '' : keptCookies(request.headers, forwarding.cookies);
  if (cookies !== '') headers = [...headers, ['Cookie', cookies]];
  if (header(headers, 'host') === undefined) headers = [['Host', origin.domain_name], ...headers];
  if (header(headers, 'user-agent') === undefined) headers = withHeader(headers, 'User-Agent', 'Amazon CloudFront');
  const chain = [...allValues(headers, 'x-forwarded-for'), request.peer.address].join(', ');
  headers = [
    ...withHeader(headers, 'X-Forwarded-For', chain),
    ['Via', `${request.httpVersion} ${edge.host} (CloudFront)`],
    ['X-Amz-Cf-Id', edge.requestId],
    ...(forwarding.viewerFacts ? viewerFacts(request) : []),
  ];
  for (const { name, value } of origin.custom_header) headers = withHeader(headers, name, value);
  const target = `${origin.origin_path}${forwardedTarget(request.target, forwarding)}`;
  const tls = secure ? originTls(origin.domain_name) : undefined;
  return { ...request, target, headers, httpVersion: '1.1', peer: edgePeer, tls };
}

export const pathOf = (target: string): string => target.split('?', 1)[0] ?? '';

function forwardedTarget(target: string, forwarding: Forwarding): string {
  const at = target.indexOf('?');
  if (at < 0) return target;
  const query = keptQuery(target.slice(at + 1), forwarding.query);
  return query === '' ? target.slice(0, at) : `${target.slice(0, at)}?${query}`;
}

/** `Authorization` is removed from what may be answered from the cache, unless a policy names it. */
const keepsAuthorization: ReadonlySet<string> = new Set(['DELETE', 'PATCH', 'POST', 'PUT']);

function isForwarded(name: string, { headers, cookies }: Forwarding, method: string): boolean {
  if (reserved.test(name)) return false;
  if (name === 'cookie') return cookies === everyName;
  if (headers === 'all') return true;
  if (headers === 'all but Host') return name !== 'host';
  if (name === 'authorization' && keepsAuthorization.has(method)) return true;
  return basic.has(name) || headers.has(name);
}

/** What the plane knows of the viewer. @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html (read 2026-11-23) */
function viewerFacts({ peer, httpVersion, tls }: HttpRequest): readonly HeaderPair[] {
  const address = peer.address.includes(':') ? `[${peer.address}]` : peer.address;
  return [
    ['CloudFront-Viewer-Address', `${address}:${String(peer.port)}`],
    ['CloudFront-Viewer-Http-Version', httpVersion],
    ['CloudFront-Forwarded-Proto', tls === undefined ? 'http' : 'https'],
    ...(tls === undefined ? [] : [['CloudFront-Viewer-TLS', `${tls.protocol}:${tls.cipher}:fullHandshake`] as const]),
  ];
}

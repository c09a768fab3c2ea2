import { randomBytes } from 'node:crypto';
import aws4 from 'aws4';
import type { LocalContext } from '../../../local/contract/context.js';
import type { HeaderPair, HttpRequest } from '../../../local/contract/http.js';
import { header, withHeader, without } from '../../../local/http/headers.js';
import { originAccessKey } from '../../../local/contract/origin-access.js';
import type { Origin } from './schema.js';

/** Headers that CloudFront makes itself: a viewer's own are never passed on. */
const ownPrefix = 'cloudfront-';

/**
 * The request as a custom origin gets it: the viewer's headers (Host too) where the policy forwards them, CloudFront's own,
 * and the origin's custom headers over everything of that name.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html (read 2026-11-23)
 */
export function customOriginRequest(request: HttpRequest, origin: Origin, policy: string | undefined): HttpRequest {
  const viewer = request.headers.filter(([name]) => !name.toLowerCase().startsWith(ownPrefix));
  let headers: readonly HeaderPair[] = forwardsViewerHeaders(policy)
    ? viewer
    : viewer.filter(([name]) => kept.has(name.toLowerCase()));
  if (policy === undefined || policy === 'Managed-AllViewerExceptHostHeader')
    headers = withHeader(headers, 'Host', origin.domain_name);
  if (policy === 'Managed-AllViewerAndCloudFrontHeaders-2022-06') headers = [...headers, ...viewerFacts(request)];
  const chain = header(request.headers, 'x-forwarded-for');
  headers = withHeader(
    headers,
    'X-Forwarded-For',
    chain === undefined ? request.peer.address : `${chain}, ${request.peer.address}`,
  );
  headers = [
    ...without(headers, 'via', 'x-amz-cf-id'),
    ['Via', '2.0 landfall.cloudfront.localhost (CloudFront)'],
    ['X-Amz-Cf-Id', randomBytes(27).toString('base64url')],
  ];
  for (const { name, value } of origin.custom_header) headers = withHeader(headers, name, value);
  return { ...request, headers };
}

const forwardsViewerHeaders = (policy: string | undefined): boolean => policy?.startsWith('Managed-AllViewer') ?? false;

/** What an origin gets without an origin request policy. */
const kept: ReadonlySet<string> = new Set([
  'host',
  'content-type',
  'content-length',
  'range',
  'if-none-match',
  'if-modified-since',
]);

/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html (read 2026-11-23) */
function viewerFacts({ peer, httpVersion, tls }: HttpRequest): readonly HeaderPair[] {
  const address = peer.address.includes(':') ? `[${peer.address}]` : peer.address;
  return [
    ['CloudFront-Viewer-Address', `${address}:${String(peer.port)}`],
    ['CloudFront-Viewer-Http-Version', httpVersion],
    ['CloudFront-Forwarded-Proto', tls === undefined ? 'http' : 'https'],
    ...(tls === undefined ? [] : [['CloudFront-Viewer-TLS', `${tls.protocol}:${tls.cipher}:fullHandshake`] as const]),
  ];
}

/** The request as a bucket gets it: signed with SigV4 in the distribution's name, with no header of the viewer's but conditions and range. */
export async function bucketRequest(
  request: HttpRequest,
  origin: Origin,
  path: string,
  distributionArn: string,
  ctx: LocalContext,
): Promise<HttpRequest> {
  const secretAccessKey = await originAccessKey(ctx);
  const signed = aws4.sign(
    { service: 's3', region: ctx.region, method: request.method, path, headers: { host: origin.domain_name } },
    { accessKeyId: distributionArn, secretAccessKey },
  );
  const own = Object.entries(signed.headers ?? {}).map(([name, value]): HeaderPair => [name, String(value)]);
  const passed = request.headers.filter(([name]) =>
    ['range', 'if-none-match', 'if-modified-since'].includes(name.toLowerCase()),
  );
  return { ...request, target: path, headers: [...own, ...passed], body: null };
}

import type { Refs } from '../../stack/refs.js';
import { attr, dataAttr } from '../../stack/stack.js';

/** What every distribution has. */
export function common(refs: Refs, name: string, host: string) {
  return {
    enabled: true,
    comment: refs.name(128, name),
    aliases: [host],
    is_ipv6_enabled: true,
    http_version: 'http2and3',
    price_class: 'PriceClass_100',
    web_acl_id: attr(refs.edgeWebAcl, 'arn'),
    wait_for_deployment: true,
    viewer_certificate: [
      {
        acm_certificate_arn: attr(refs.edgeCertificate(name), 'certificate_arn'),
        ssl_support_method: 'sni-only',
        minimum_protocol_version: 'TLSv1.2_2021',
      },
    ],
    restrictions: [{ geo_restriction: [{ restriction_type: 'none' }] }],
    tags: { Name: refs.name(128, name) },
  } as const;
}

/** What every behaviour has. */
export const behaviour = { viewer_protocol_policy: 'redirect-to-https', compress: true } as const;
export const everyMethod = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;
export const readingMethods = ['GET', 'HEAD', 'OPTIONS'] as const;
export const cachedMethods = ['GET', 'HEAD'] as const;

/** TLS alone. As patient as the load balancer: 60 seconds are the most without a higher quota. */
export const tlsOrigin = [
  {
    http_port: 80,
    https_port: 443,
    origin_protocol_policy: 'https-only',
    origin_ssl_protocols: ['TLSv1.2'],
    origin_read_timeout: 60,
    // Less than the load balancer's idle timeout (60): a connection that it is closing takes no request.
    origin_keepalive_timeout: 50,
  },
] as const;

/** Tells the origin that the request came this way. */
export const verifyHeader = (refs: Refs) =>
  [{ name: 'X-Origin-Verify', value: dataAttr(refs.originVerify, 'secret_string') }] as const;

/**
 * A waking service answers 503, and what is not there may be made the next moment: CloudFront would keep these answers for 10 seconds,
 * for everyone, even where caching is disabled.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html (read 2026-11-23)
 */
export const keepNoError = [404, 405, 414, 500, 501, 502, 503, 504].map((error_code) => ({
  error_code,
  error_caching_min_ttl: 0,
}));

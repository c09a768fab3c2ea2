import type { Refs } from '../../stack/refs.js';
import { dataSource, resource, type AnyDataSource, type AnyResource } from '../../stack/stack.js';

/**
 * AWS's managed policies, found by name.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html (read 2026-11-23)
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html (read 2026-11-23)
 */
const managedCachePolicies = {
  'data.aws_cloudfront_cache_policy.caching_disabled': 'Managed-CachingDisabled',
  'data.aws_cloudfront_cache_policy.caching_optimized': 'Managed-CachingOptimized',
} as const;

const managedRequestPolicies = {
  'data.aws_cloudfront_origin_request_policy.all_viewer': 'Managed-AllViewerAndCloudFrontHeaders-2022-06',
  'data.aws_cloudfront_origin_request_policy.all_viewer_except_host': 'Managed-AllViewerExceptHostHeader',
  'data.aws_cloudfront_origin_request_policy.host_only': 'Managed-HostHeaderOnly',
} as const;

type CachePolicy = keyof typeof managedCachePolicies;
type RequestPolicy = keyof typeof managedRequestPolicies;

export const cachingDisabled = 'data.aws_cloudfront_cache_policy.caching_disabled' satisfies CachePolicy;
export const cachingOptimized = 'data.aws_cloudfront_cache_policy.caching_optimized' satisfies CachePolicy;
export const allViewer = 'data.aws_cloudfront_origin_request_policy.all_viewer' satisfies RequestPolicy;
export const allViewerExceptHost =
  'data.aws_cloudfront_origin_request_policy.all_viewer_except_host' satisfies RequestPolicy;
export const hostOnly = 'data.aws_cloudfront_origin_request_policy.host_only' satisfies RequestPolicy;

/** The managed policies that distributions use. */
export function managedPolicies(used: ReadonlySet<string>): AnyDataSource[] {
  return [
    ...Object.entries(managedCachePolicies).map(([address, name]) => dataSource(address as CachePolicy, { name })),
    ...Object.entries(managedRequestPolicies).map(([address, name]) => dataSource(address as RequestPolicy, { name })),
  ].filter(({ type, name }) => used.has(`data.${type}.${name}`));
}

/** Optimised images differ by address and by what the browser accepts. */
export const imageCachePolicy = 'aws_cloudfront_cache_policy.images';

export function imageCaching(refs: Refs): AnyResource {
  return resource(imageCachePolicy, {
    name: refs.name(128, 'images'),
    comment: 'Optimised images: by query and by Accept',
    min_ttl: 0,
    default_ttl: 0,
    max_ttl: 31_536_000,
    parameters_in_cache_key_and_forwarded_to_origin: [
      {
        enable_accept_encoding_brotli: true,
        enable_accept_encoding_gzip: true,
        cookies_config: [{ cookie_behavior: 'none' }],
        headers_config: [{ header_behavior: 'whitelist', headers: [{ items: ['Accept'] }] }],
        query_strings_config: [{ query_string_behavior: 'all' }],
      },
    ],
  });
}

export const siteHeadersPolicy = 'aws_cloudfront_response_headers_policy.sites';
export const redirectHeadersPolicy = 'aws_cloudfront_response_headers_policy.redirects';
export const originHeadersPolicy = 'aws_cloudfront_response_headers_policy.origins';

/** Security headers of the sites, whose files say nothing themselves. */
export function siteHeaders(refs: Refs): AnyResource {
  return securityHeaders(refs, 'sites', 'DENY', true, true);
}

/** Security headers of the API and of Next.js, where the application has not said otherwise. */
export function originHeaders(refs: Refs): AnyResource {
  return securityHeaders(refs, 'origins', 'SAMEORIGIN', false, true);
}

/** Security headers of names that redirect: an apex must not speak for subdomains that others serve. */
export function redirectHeaders(refs: Refs): AnyResource {
  return securityHeaders(refs, 'redirects', 'DENY', true, false);
}

function securityHeaders(
  refs: Refs,
  name: 'sites' | 'origins' | 'redirects',
  frame_option: string,
  override: boolean,
  include_subdomains: boolean,
): AnyResource {
  return resource(`aws_cloudfront_response_headers_policy.${name}`, {
    name: refs.name(128, name),
    security_headers_config: [
      {
        content_type_options: [{ override }],
        frame_options: [{ frame_option, override }],
        referrer_policy: [{ referrer_policy: 'strict-origin-when-cross-origin', override }],
        strict_transport_security: [{ access_control_max_age_sec: 31_536_000, include_subdomains, override }],
      },
    ],
  });
}

import type { Config, SpaService } from '../../config/config.js';
import type { SynthPart } from '../../stack/layer.js';
import { isSpa, type Refs } from '../../stack/refs.js';
import { attr, dataAttr, dataSource, resource, type AnyResource } from '../../stack/stack.js';

/**
 * AWS's managed policies, found by name.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html (read 2026-11-23)
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html (read 2026-11-23)
 */
const cachingDisabled = 'data.aws_cloudfront_cache_policy.caching_disabled';
const cachingOptimized = 'data.aws_cloudfront_cache_policy.caching_optimized';
const allViewer = 'data.aws_cloudfront_origin_request_policy.all_viewer';

/** One distribution for the API and one for each SPA. */
export function synth(config: Config, refs: Refs): SynthPart {
  const sites = config.services.filter(isSpa);
  return {
    data: [
      dataSource(cachingDisabled, { name: 'Managed-CachingDisabled' }),
      dataSource(allViewer, { name: 'Managed-AllViewerAndCloudFrontHeaders-2022-06' }),
      ...(sites.length === 0 ? [] : [dataSource(cachingOptimized, { name: 'Managed-CachingOptimized' })]),
    ],
    resources: [
      apiDistribution(refs),
      ...(sites.length === 0 ? [] : [originAccessControl(refs), siteHeaders(refs)]),
      ...sites.map((site) => siteDistribution(refs, site)),
    ],
    manifest: {
      endpoints: [
        { name: 'api', host: refs.apiHost },
        ...sites.map((site) => ({ name: site.name, host: refs.host(site.subdomain) })),
      ],
    },
  };
}

/** What every distribution has. */
function common(refs: Refs, name: string, host: string) {
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

/** Nothing is cached, everything is forwarded; the origin is told by header that the request came this way. */
function apiDistribution(refs: Refs): AnyResource {
  return resource(refs.distribution('api'), {
    ...common(refs, 'api', refs.apiHost),
    origin: [
      {
        origin_id: 'alb',
        domain_name: attr(refs.loadBalancer, 'dns_name'),
        custom_origin_config: [
          {
            http_port: 80,
            https_port: 443,
            origin_protocol_policy: 'https-only',
            origin_ssl_protocols: ['TLSv1.2'],
            origin_read_timeout: 60,
            // Less than the load balancer's idle timeout (60): a connection that it is closing takes no request.
            origin_keepalive_timeout: 50,
          },
        ],
        custom_header: [{ name: 'X-Origin-Verify', value: dataAttr(refs.originVerify, 'secret_string') }],
      },
    ],
    default_cache_behavior: [
      {
        target_origin_id: 'alb',
        viewer_protocol_policy: 'redirect-to-https',
        allowed_methods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
        cached_methods: ['GET', 'HEAD'],
        compress: true,
        cache_policy_id: dataAttr(cachingDisabled, 'id'),
        origin_request_policy_id: dataAttr(allViewer, 'id'),
      },
    ],
    // A waking service answers 503: CloudFront would keep that for 10 seconds.
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html (read 2026-11-23)
    custom_error_response: [500, 502, 503, 504].map((error_code) => ({ error_code, error_caching_min_ttl: 0 })),
  });
}

function originAccessControl(refs: Refs): AnyResource {
  return resource('aws_cloudfront_origin_access_control.sites', {
    name: refs.name(64, 'sites'),
    description: 'Signs requests to the site buckets',
    origin_access_control_origin_type: 's3',
    signing_behavior: 'always',
    signing_protocol: 'sigv4',
  });
}

/** Security headers of the sites. */
function siteHeaders(refs: Refs): AnyResource {
  return resource('aws_cloudfront_response_headers_policy.sites', {
    name: refs.name(128, 'sites'),
    security_headers_config: [
      {
        content_type_options: [{ override: true }],
        frame_options: [{ frame_option: 'DENY', override: true }],
        referrer_policy: [{ referrer_policy: 'strict-origin-when-cross-origin', override: true }],
        strict_transport_security: [
          { access_control_max_age_sec: 31_536_000, include_subdomains: true, override: true },
        ],
      },
    ],
  });
}

/** Deep links answer `index.html`: S3 says 403 for a missing key, because the distribution may not list the bucket. */
function siteDistribution(refs: Refs, site: SpaService): AnyResource {
  return resource(refs.distribution(site.name), {
    ...common(refs, site.name, refs.host(site.subdomain)),
    default_root_object: 'index.html',
    origin: [
      {
        origin_id: 's3',
        domain_name: attr(refs.siteBucket(site.name), 'bucket_regional_domain_name'),
        origin_access_control_id: attr('aws_cloudfront_origin_access_control.sites', 'id'),
      },
    ],
    default_cache_behavior: [
      {
        target_origin_id: 's3',
        viewer_protocol_policy: 'redirect-to-https',
        allowed_methods: ['GET', 'HEAD', 'OPTIONS'],
        cached_methods: ['GET', 'HEAD'],
        compress: true,
        cache_policy_id: dataAttr(cachingOptimized, 'id'),
        response_headers_policy_id: attr('aws_cloudfront_response_headers_policy.sites', 'id'),
      },
    ],
    custom_error_response: [403, 404].map((error_code) => ({
      error_code,
      response_code: 200,
      response_page_path: '/index.html',
      error_caching_min_ttl: 0,
    })),
  });
}

import type { SpaService } from '../../config/config.js';
import type { Refs } from '../../stack/refs.js';
import { attr, dataAttr, resource, type AnyResource } from '../../stack/stack.js';
import { behaviour, cachedMethods, common, readingMethods } from './common.js';
import { cachingOptimized, siteHeadersPolicy } from './policies.js';

const accessControl = 'aws_cloudfront_origin_access_control.sites';

/** Requests to the site buckets are signed. */
export function originAccessControl(refs: Refs): AnyResource {
  return resource(accessControl, {
    name: refs.name(64, 'sites'),
    description: 'Signs requests to the site buckets',
    origin_access_control_origin_type: 's3',
    signing_behavior: 'always',
    signing_protocol: 'sigv4',
  });
}

/** Deep links answer `index.html`: S3 says 403 for a missing key, because the distribution may not list the bucket. */
export function siteDistribution(refs: Refs, site: SpaService): AnyResource {
  return resource(refs.distribution(site.name), {
    ...common(refs, site.name, refs.host(site.subdomain)),
    default_root_object: 'index.html',
    origin: [
      {
        origin_id: 's3',
        domain_name: attr(refs.siteBucket(site.name), 'bucket_regional_domain_name'),
        origin_access_control_id: attr(accessControl, 'id'),
      },
    ],
    default_cache_behavior: [
      {
        ...behaviour,
        target_origin_id: 's3',
        allowed_methods: readingMethods,
        cached_methods: cachedMethods,
        cache_policy_id: dataAttr(cachingOptimized, 'id'),
        response_headers_policy_id: attr(siteHeadersPolicy, 'id'),
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

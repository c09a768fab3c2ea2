import type { NextService } from '../../config/config.js';
import { onAppRunner, type Refs } from '../../stack/refs.js';
import { attr, dataAttr, resource, type AnyResource } from '../../stack/stack.js';
import {
  behaviour,
  cachedMethods,
  common,
  everyMethod,
  keepNoError,
  readingMethods,
  tlsOrigin,
  verifyHeader,
} from './common.js';
import {
  allViewer,
  allViewerExceptHost,
  cachingDisabled,
  cachingOptimized,
  hostOnly,
  imageCachePolicy,
  originHeadersPolicy,
} from './policies.js';

export const forwardedHostFunction = 'aws_cloudfront_function.forwarded_host';

/**
 * App Runner answers to its own host alone, so the viewer's goes in a header of its own: Next.js compares it with `Origin` before it
 * runs a Server Action. Whatever a viewer sent under that name is replaced.
 * @see https://nextjs.org/docs/app/api-reference/config/next-config-js/serverActions (not re-read)
 */
export function forwardedHost(refs: Refs): AnyResource {
  return resource(forwardedHostFunction, {
    name: refs.name(64, 'forwarded-host'),
    comment: 'Passes the host of the viewer to App Runner',
    runtime: 'cloudfront-js-2.0',
    publish: true,
    code: [
      'function handler(event) {',
      '  var request = event.request;',
      "  request.headers['x-forwarded-host'] = { value: request.headers.host.value };",
      '  return request;',
      '}',
      '',
    ].join('\n'),
  });
}

/** A Next.js front end: its hashed files are kept at the edge, its images for as long as they say, its pages not at all. */
export function appDistribution(refs: Refs, app: NextService): AnyResource {
  const isOnAppRunner = onAppRunner(app);
  const all = dataAttr(isOnAppRunner ? allViewerExceptHost : allViewer, 'id');
  const every = {
    ...behaviour,
    target_origin_id: app.runtime,
    cached_methods: cachedMethods,
    response_headers_policy_id: attr(originHeadersPolicy, 'id'),
  };
  const withHost = {
    ...(isOnAppRunner && {
      function_association: [
        { event_type: 'viewer-request', function_arn: attr(forwardedHostFunction, 'arn') },
      ] as const,
    }),
  };
  return resource(refs.distribution(app.name), {
    ...common(refs, app.name, refs.host(app.subdomain)),
    origin: [
      {
        origin_id: app.runtime,
        domain_name: isOnAppRunner
          ? attr(refs.appRunnerService(app.name), 'service_url')
          : attr(refs.loadBalancer, 'dns_name'),
        custom_origin_config: tlsOrigin,
        custom_header: verifyHeader(refs),
      },
    ],
    default_cache_behavior: [
      {
        ...every,
        ...withHost,
        allowed_methods: everyMethod,
        cache_policy_id: dataAttr(cachingDisabled, 'id'),
        origin_request_policy_id: all,
      },
    ],
    ordered_cache_behavior: [
      {
        ...every,
        path_pattern: '/_next/static/*',
        allowed_methods: readingMethods,
        cache_policy_id: dataAttr(cachingOptimized, 'id'),
        // The load balancer's rule and certificate go by the viewer's host.
        ...(!isOnAppRunner && { origin_request_policy_id: dataAttr(hostOnly, 'id') }),
      },
      {
        ...every,
        ...withHost,
        path_pattern: '/_next/image*',
        allowed_methods: readingMethods,
        cache_policy_id: attr(imageCachePolicy, 'id'),
        ...(!isOnAppRunner && { origin_request_policy_id: dataAttr(hostOnly, 'id') }),
      },
    ],
    custom_error_response: keepNoError,
  });
}

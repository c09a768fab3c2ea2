import type { Refs } from '../../stack/refs.js';
import { attr, dataAttr, resource, type AnyResource } from '../../stack/stack.js';
import { behaviour, cachedMethods, common, readingMethods, tlsOrigin } from './common.js';
import { cachingDisabled, redirectHeadersPolicy } from './policies.js';

const redirectFunction = 'aws_cloudfront_function.redirect';

/**
 * Sends every request on to `host`, with its path and its query as they came.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/general-helper-methods.html (`rawQueryString`; read 2026-11-25)
 */
export function redirectCode(refs: Refs, host: string): AnyResource {
  return resource(redirectFunction, {
    name: refs.name(64, 'redirect'),
    comment: `Redirects to ${host}`,
    runtime: 'cloudfront-js-2.0',
    publish: true,
    code: [
      'function handler(event) {',
      '  var request = event.request;',
      '  var query = request.rawQueryString();',
      `  var location = ${JSON.stringify(`https://${host}`)} + request.uri + (query ? '?' + query : '');`,
      "  return { statusCode: 301, statusDescription: 'Moved Permanently', headers: { location: { value: location } } };",
      '}',
      '',
    ].join('\n'),
  });
}

/** A name that redirects. Its origin is never asked: the function answers first. */
export function redirectDistribution(refs: Refs, domain: string, host: string): AnyResource {
  const name = refs.redirectName(domain);
  return resource(refs.distribution(name), {
    ...common(refs, name, domain),
    origin: [{ origin_id: 'target', domain_name: host, custom_origin_config: tlsOrigin }],
    default_cache_behavior: [
      {
        ...behaviour,
        target_origin_id: 'target',
        allowed_methods: readingMethods,
        cached_methods: cachedMethods,
        cache_policy_id: dataAttr(cachingDisabled, 'id'),
        response_headers_policy_id: attr(redirectHeadersPolicy, 'id'),
        function_association: [{ event_type: 'viewer-request', function_arn: attr(redirectFunction, 'arn') }],
      },
    ],
  });
}

import type { Refs } from '../../stack/refs.js';
import { attr, dataAttr, resource, type AnyResource } from '../../stack/stack.js';
import { behaviour, cachedMethods, common, everyMethod, keepNoError, tlsOrigin, verifyHeader } from './common.js';
import { allViewer, cachingDisabled, originHeadersPolicy } from './policies.js';

/** The API: nothing is cached, everything is forwarded. */
export function apiDistribution(refs: Refs): AnyResource {
  return resource(refs.distribution('api'), {
    ...common(refs, 'api', refs.apiHost),
    origin: [
      {
        origin_id: 'alb',
        domain_name: attr(refs.loadBalancer, 'dns_name'),
        custom_origin_config: tlsOrigin,
        custom_header: verifyHeader(refs),
      },
    ],
    default_cache_behavior: [
      {
        ...behaviour,
        target_origin_id: 'alb',
        allowed_methods: everyMethod,
        cached_methods: cachedMethods,
        cache_policy_id: dataAttr(cachingDisabled, 'id'),
        origin_request_policy_id: dataAttr(allViewer, 'id'),
        response_headers_policy_id: attr(originHeadersPolicy, 'id'),
      },
    ],
    custom_error_response: keepNoError,
  });
}

import type { Config, GatewayConfig } from '../../config/config.js';
import { redisPasswordVariable } from '../../stack/gateway-task.js';
import type { Refs } from '../../stack/refs.js';

/**
 * Requests a minute from one viewer. With Redis all gateway tasks count together, without each counts for itself.
 * The viewer is `X-Viewer-Address`, which `viewer-address.lua` sets.
 * @see https://developer.konghq.com/plugins/rate-limiting/reference/ (not re-read; fields are Kong 3.9.3's own, `kong-3.9.3-facts.json`)
 */
export function rateLimiting(
  config: Config,
  { requestsPerMinute }: NonNullable<GatewayConfig['rateLimit']>,
  refs: Refs,
): object {
  return {
    name: 'rate-limiting',
    config: {
      minute: requestsPerMinute,
      limit_by: 'header',
      header_name: 'X-Viewer-Address',
      // While Redis cannot be asked, requests pass uncounted.
      fault_tolerant: true,
      ...(config.redis === undefined ? { policy: 'local' } : { policy: 'redis', redis: redis(refs) }),
    },
  };
}

/**
 * Encrypted, not verified: the name is fixed, since Kong takes no reference for a host, and ElastiCache's certificate has its own.
 * The password is read from the environment: `REDIS_PASSWORD`.
 */
function redis(refs: Refs): object {
  return {
    host: `redis.${refs.namespaceName}`,
    port: 6379,
    // Of each request, when Redis does not answer.
    timeout: 500,
    ssl: true,
    ssl_verify: false,
    password: `{vault://env/${redisPasswordVariable.toLowerCase().replaceAll('_', '-')}}`,
  };
}

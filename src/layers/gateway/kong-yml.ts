import { stringify } from 'yaml';
import type { Config, NestService, RouteConfig } from '../../config/config.js';
import { canSleep, isNest, type Refs } from '../../stack/refs.js';
import { stripIdentity, viewerAddress } from './lua.js';
import { rateLimiting } from './rate-limiting.js';
import { wakeSettings, wakingPlugin } from './waking.js';

/** Seconds between the load balancer's idle timeout (60) and the gateway's own: the balancer answers first. */
const upstreamTimeoutMs = 65_000;

const anyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Kong's declarative configuration, without any secret in it. */
export function kongYml(config: Config, refs: Refs): string {
  const services = config.services.filter(isNest).filter(({ routes }) => routes.length > 0);
  const document = {
    _format_version: '3.0',
    plugins: globalPlugins(config, refs),
    services: services.map((service) => serviceOf(config, refs, service)),
    upstreams: services.map(({ name }) => ({
      name: upstreamName(name),
      host_header: `${name}.internal`,
      targets: [{ target: `alb.${refs.namespaceName}:8443` }],
    })),
  };
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

const upstreamName = (service: string): string => `${service}.upstream`;

function globalPlugins(config: Config, refs: Refs): readonly object[] {
  const { rateLimit } = config.gateway;
  const { origins, credentials, maxAgeSeconds } = config.gateway.cors;
  return [
    {
      name: 'pre-function',
      config: { access: rateLimit === undefined ? [stripIdentity] : [stripIdentity, viewerAddress] },
    },
    { name: 'correlation-id', config: { header_name: 'X-Request-Id', generator: 'uuid', echo_downstream: true } },
    {
      name: 'cors',
      config: {
        // Kong reads an origin as a pattern: dots are meant literally.
        origins: origins.map((origin) => (origin === '*' ? origin : `^${escapeRegex(origin)}$`)),
        methods: [...anyMethod, 'OPTIONS'],
        headers: [
          'Accept',
          'Authorization',
          'Content-Type',
          'If-Match',
          'If-None-Match',
          'X-Request-Id',
          'X-Requested-With',
        ],
        exposed_headers: [
          'ETag',
          'Location',
          ...(rateLimit === undefined ? [] : ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset']),
          'Retry-After',
          'X-Request-Id',
        ],
        credentials,
        max_age: maxAgeSeconds,
      },
    },
    {
      name: 'request-size-limiting',
      config: {
        allowed_payload_size: config.gateway.maxBodySizeMb,
        size_unit: 'megabytes',
        require_content_length: false,
      },
    },
    ...(rateLimit === undefined ? [] : [rateLimiting(config, rateLimit, refs)]),
  ];
}

function serviceOf(config: Config, refs: Refs, service: NestService): object {
  const waking = wakingPlugin(config, refs, service);
  return {
    name: service.name,
    host: upstreamName(service.name),
    port: 8443,
    protocol: 'https',
    // A request that may have reached the service is not sent again.
    retries: 0,
    connect_timeout: 5_000,
    read_timeout: upstreamTimeoutMs,
    write_timeout: upstreamTimeoutMs,
    routes: service.routes.map((route, index) => routeOf(config, refs, service, route, index)),
    ...(waking && { plugins: [waking] }),
  };
}

function routeOf(config: Config, refs: Refs, service: NestService, route: RouteConfig, index: number): object {
  return {
    name: `${service.name}-${String(index)}`,
    // Whole segments: /offers and /offers/1, not /offersome. The router's regular expressions are Rust's, anchored at the start.
    paths: [route.path === '/' ? '/' : `~${escapeRegex(route.path)}(?:/|$)`],
    ...(route.path !== '/' && { regex_priority: route.path.length }),
    // Always there: Kong's router puts a route with methods before one without, whatever their paths. A preflight request must find
    // its route. https://developer.konghq.com/gateway/routing/traditional/ (read 2026-11-23)
    methods: [...new Set([...(route.methods.length > 0 ? route.methods : anyMethod), 'OPTIONS'])],
    protocols: ['http', 'https'],
    strip_path: false,
    preserve_host: false,
    ...(route.auth === 'jwt' && { plugins: [{ name: 'landfall-jwt', config: tokenCheck(config, refs) }] }),
  };
}

/** Discovery is asked through the load balancer's 8080, which answers for the discovery paths alone. */
function tokenCheck(config: Config, refs: Refs): object {
  const issuer = config.services.filter(isNest).find(({ oidc }) => oidc !== undefined);
  const path = (issuer?.oidc?.discovery ?? '').replace(/\*$/, 'openid-configuration');
  const host = `alb.${refs.namespaceName}:8080`;
  return {
    discovery_url: `http://${host}${path}`,
    host,
    // It runs before the size of the body is checked.
    ...(issuer !== undefined && canSleep(issuer) && { wake: wakeSettings(config, refs, issuer, false) }),
  };
}

const escapeRegex = (text: string): string => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);

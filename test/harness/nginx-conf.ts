/** Where things are. */
export interface NginxPlaces {
  readonly folder: string;
  readonly port: number;
  readonly servicePort: number;
  readonly fixturePort: number;
  /** Dynamic modules, in the order in which they must be loaded. */
  readonly modules: readonly string[];
  /** The folder of the Lua that stands for Kong. */
  readonly shim: string;
  /** The folder of the development kit and the sandbox, as the local gateway has them. */
  readonly kit: string;
  /** nginx has `max_headers`, 1000 by default. */
  readonly limitsHeaders: boolean;
  /** Worker processes; one process that is its own master where it is 0. */
  readonly workers: number;
  /** PEM file of who signs the certificates of what the Lua asks by TLS. */
  readonly authority: string | undefined;
  readonly sandboxRequires: readonly string[];
}

/**
 * A configuration like Kong's own for one request's way: underscores in header names are taken, the client's address is found as the
 * image's `KONG_REAL_IP_HEADER` says, and Lua runs in each phase.
 * @see https://github.com/Kong/kong/blob/3.9.1/kong/templates/nginx_kong.lua (not re-read)
 */
export function nginxConf(places: NginxPlaces): string {
  const { folder, port, servicePort, fixturePort, modules, shim, kit, limitsHeaders, workers, authority } = places;
  const phase = (name: string) => `${name}_by_lua_block { require("main").run("${name}") }`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `
${modules.map((path) => `load_module ${path};`).join('\n')}
daemon off;
${workers === 0 ? 'master_process off;' : `worker_processes ${String(workers)};`}
${isRoot() ? 'user root;' : ''}
env WAKE_TOKEN;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
events { worker_connections 2048; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  underscores_in_headers on;
  ${limitsHeaders ? 'max_headers 10000;' : ''}
  set_real_ip_from 127.0.0.0/8;
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;
  client_max_body_size 0;
  # As the image's settings say.
  lua_shared_dict landfall 1m;
  ${authority === undefined ? '' : `lua_ssl_trusted_certificate ${authority};`}
  lua_socket_log_errors off;
  lua_package_path '${shim}/?.lua;${kit}/?.lua;${folder}/?.lua;;';
  init_by_lua_block {
    require("fixtures")(${String(fixturePort)})
    require("main").init("${folder}/plan.json", "${places.sandboxRequires.join(' ')}")
  }
  server {
    listen 127.0.0.1:${String(port)};
    lua_check_client_abort on;
    location = /__clock {
      content_by_lua_block { require("main").set_clock(ngx.var.args) ngx.exit(204) }
    }
    set $fixture_port ${String(fixturePort)};
    location ~ ^/(?<plan>[a-z0-9-]+)/ {
      ${phase('access')}
      ${phase('header_filter')}
      ${phase('body_filter')}
      ${phase('log')}
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $plan.internal;
      proxy_pass_header Server;
      proxy_pass http://127.0.0.1:${String(servicePort)};
    }
  }
}
`;
}

/** Its workers keep the rights of who runs the tests. */
const isRoot = (): boolean => process.getuid?.() === 0;

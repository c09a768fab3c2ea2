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
  /** nginx has `max_headers`, 1000 by default. */
  readonly limitsHeaders: boolean;
}

/**
 * A configuration like Kong's own for one request's way: underscores in header names are taken, the client's address is found as the
 * image's `KONG_REAL_IP_HEADER` says, and Lua runs in each phase.
 * @see https://github.com/Kong/kong/blob/3.9.1/kong/templates/nginx_kong.lua (not re-read)
 */
export function nginxConf(places: NginxPlaces): string {
  const { folder, port, servicePort, fixturePort, modules, shim, limitsHeaders } = places;
  const phase = (name: string) => `${name}_by_lua_block { require("main").run("${name}") }`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `
${modules.map((path) => `load_module ${path};`).join('\n')}
daemon off;
# One process, of the one who runs the tests.
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
events { worker_connections 256; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  underscores_in_headers on;
  ${limitsHeaders ? 'max_headers 10000;' : ''}
  set_real_ip_from 127.0.0.0/8;
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;
  lua_package_path '${shim}/?.lua;${folder}/?.lua;;';
  init_by_lua_block {
    require("fixtures")(${String(fixturePort)})
    require("main").init("${folder}/plan.json")
  }
  server {
    listen 127.0.0.1:${String(port)};
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
      proxy_pass http://127.0.0.1:${String(servicePort)};
    }
  }
}
`;
}

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { validateProject } from '../../src/config/problems.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { gateway } from '../../src/layers/gateway/index.js';
import { gatewayTask } from '../../src/stack/gateway-task.js';
import { refsOf } from '../../src/stack/refs.js';

interface Field {
  readonly type: string;
  readonly required?: boolean;
  readonly hasDefault?: boolean;
  readonly one_of?: readonly unknown[];
  readonly elements_one_of?: readonly unknown[];
  readonly referenceable?: boolean;
  readonly fields?: Fields;
}
type Fields = Readonly<Record<string, Field>>;
interface Facts {
  readonly entities: Readonly<Record<string, Fields>>;
  readonly plugins: Readonly<Record<string, { readonly priority: number; readonly config: Fields }>>;
  readonly kong_conf: readonly string[];
}
type Entity = Readonly<Record<string, unknown>>;

/** What Kong 3.9.3's own schemas say of the entities and plugins in use. */
const facts = JSON.parse(
  readFileSync(new URL('../../src/layers/gateway/testing/kong-3.9.3-facts.json', import.meta.url), 'utf8'),
) as Facts;

const project = validateProject({
  project: 'shop',
  region: 'eu-central-1',
  services: {
    auth: {
      type: 'nestjs',
      path: 'a',
      port: 3001,
      routes: [{ path: '/auth' }],
      oidc: { discovery: '/auth/.well-known/*' },
    },
    offers: {
      type: 'nestjs',
      path: 'b',
      port: 3002,
      calls: ['auth'],
      routes: [
        { path: '/offers.v2', methods: ['GET'] },
        { path: '/offers.v2', methods: ['POST'], auth: 'jwt' },
      ],
    },
    admin: { type: 'spa', path: 'c', subdomain: 'spa', outputDir: 'dist' },
  },
  environments: {
    dev: { domain: 'dev.example.com' },
    sleeping: { domain: 'sleeping.example.com', defaults: { minInstances: 0 } },
    needed: { domain: 'needed.example.com', defaults: { minInstances: 0 }, wake: { scope: 'needed' } },
    holding: { domain: 'holding.example.com', defaults: { minInstances: 0 }, wake: { mode: 'hold', holdSeconds: 40 } },
    counted: { domain: 'counted.example.com', gateway: { rateLimit: { requestsPerMinute: 60 } } },
    full: {
      domain: 'full.example.com',
      gateway: { rateLimit: { requestsPerMinute: 60 }, database: 'postgres' },
      postgres: { instanceClass: 'db.t3.micro' },
      redis: { nodeType: 'cache.t3.micro' },
    },
  },
});

interface Kong {
  readonly services: readonly Entity[];
  readonly upstreams: readonly Entity[];
  readonly plugins: readonly Entity[];
}

function generate(environment: string) {
  const config = resolveConfig(project, environment);
  const refs = refsOf(config);
  const files = new Map((gateway.files?.(config, refs) ?? []).map(({ path, content }) => [path, String(content)]));
  const fileOf = (path: string): string => files.get(path) ?? '';
  return { files, fileOf, kong: parse(fileOf('kong.yml')) as Kong, task: gatewayTask(config, refs) };
}

const { kong } = generate('dev');
const full = generate('full');

/** What an entity has that its schema does not know, lacks what it requires, or has of another type. */
function mistakes(entity: Entity, fields: Fields, nested: readonly string[] = []): readonly string[] {
  const given = Object.entries(entity).filter(([key]) => !nested.includes(key));
  const wrong = given.flatMap(([key, value]) => {
    const field = fields[key];
    if (field === undefined) return [`${key} is unknown`];
    if (field.one_of !== undefined && !field.one_of.includes(value)) return [`${key}: ${JSON.stringify(value)}`];
    if (!typeMatches(field, value)) return [`${key} is no ${field.type}`];
    if (String(value).startsWith('{vault:') && field.referenceable !== true) return [`${key} takes no reference`];
    return field.fields === undefined ? [] : mistakes(value as Entity, field.fields);
  });
  const missing = Object.entries(fields).flatMap(([key, { required, hasDefault }]) =>
    required === true &&
    hasDefault !== true &&
    entity[key] === undefined &&
    !['service', 'upstream', 'id'].includes(key)
      ? [`${key} is missing`]
      : [],
  );
  return [...wrong, ...missing];
}

function typeMatches({ type, elements_one_of }: Field, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'number' || type === 'boolean' || type === 'string') return typeof value === type;
  if (type === 'array' || type === 'set') {
    return (
      Array.isArray(value) && (elements_one_of === undefined || value.every((item) => elements_one_of.includes(item)))
    );
  }
  return typeof value === 'object';
}

const list = (entity: Entity, key: string): readonly Entity[] => (entity[key] ?? []) as readonly Entity[];

describe('kong.yml is what Kong 3.9.3 takes', () => {
  test('services, routes, upstreams and targets', () => {
    const { services, routes, upstreams, targets } = facts.entities;
    expect(kong.services.flatMap((service) => mistakes(service, services ?? {}, ['routes', 'plugins']))).toEqual([]);
    expect(
      kong.services.flatMap((service) =>
        list(service, 'routes').flatMap((route) => mistakes(route, routes ?? {}, ['plugins'])),
      ),
    ).toEqual([]);
    expect(kong.upstreams.flatMap((upstream) => mistakes(upstream, upstreams ?? {}, ['targets']))).toEqual([]);
    expect(
      kong.upstreams.flatMap((upstream) =>
        list(upstream, 'targets').flatMap((target) => mistakes(target, targets ?? {})),
      ),
    ).toEqual([]);
  });

  test('the configuration of Kong’s own plugins', () => {
    const found = kong.plugins.flatMap(({ name, config }) =>
      mistakes(config as Entity, facts.plugins[String(name)]?.config ?? {}),
    );
    expect(found).toEqual([]);
    expect(kong.plugins.map(({ name }) => name)).toEqual([
      'pre-function',
      'correlation-id',
      'cors',
      'request-size-limiting',
    ]);
  });

  test.each(['sleeping', 'holding'])('what wakes services that sleep (%s)', (environment) => {
    const { services } = generate(environment).kong;
    const plugins = services.flatMap((service) => list(service, 'plugins'));
    expect(plugins.map(({ name }) => name)).toEqual(['post-function', 'post-function']);
    expect(
      plugins.flatMap(({ name, config }) => mistakes(config as Entity, facts.plugins[String(name)]?.config ?? {})),
    ).toEqual([]);
    const priorities = Object.values(facts.plugins).map(({ priority }) => priority);
    expect(Math.min(...priorities)).toBe(facts.plugins['post-function']?.priority);
  });

  test.each(['counted', 'full'])('the rate limit (%s)', (environment) => {
    const { plugins } = generate(environment).kong;
    const found = plugins.flatMap(({ name, config }) =>
      mistakes(config as Entity, facts.plugins[String(name)]?.config ?? {}),
    );
    expect(found).toEqual([]);
    expect(plugins.at(-1)?.['name']).toBe('rate-limiting');
    // Headers are removed and the viewer is found before anything is counted.
    const priority = (name: string) => facts.plugins[name]?.priority ?? 0;
    expect(priority('pre-function')).toBeGreaterThan(priority('rate-limiting'));
    expect(
      ((plugins[0]?.['config'] as Entity)['access'] as readonly string[]).map((text) => text.split('\n')[0]),
    ).toEqual([expect.stringMatching(/^-- Removes headers/), expect.stringMatching(/^-- Who asks/)]);
  });

  test('the rate limit is counted in Redis where there is one, in each task otherwise', () => {
    const limitOf = (environment: string) => generate(environment).kong.plugins.at(-1)?.['config'];
    const common = { minute: 60, limit_by: 'header', header_name: 'X-Viewer-Address', fault_tolerant: true };
    expect(limitOf('counted')).toEqual({ ...common, policy: 'local' });
    expect(limitOf('full')).toEqual({
      ...common,
      policy: 'redis',
      redis: {
        host: 'redis.shop.local',
        port: 6379,
        timeout: 500,
        ssl: true,
        ssl_verify: false,
        password: '{vault://env/redis-password}',
      },
    });
  });

  test.each([
    ['dev', ['ARG', 'FROM', 'COPY', 'COPY', 'ENV']],
    ['sleeping', ['ARG', 'FROM', 'COPY', 'COPY', 'COPY', 'ENV']],
    ['holding', ['ARG', 'FROM', 'COPY', 'COPY', 'COPY', 'ENV']],
    ['full', ['ARG', 'FROM', 'COPY', 'COPY', 'COPY', 'COPY', 'ENV']],
  ])('every setting of the image is one of kong.conf (%s)', (environment, instructions) => {
    const dockerfile = generate(environment).fileOf('gateway/Dockerfile');
    const names = [...dockerfile.matchAll(/\bKONG_([A-Z_]+)="/g)].map(([, name]) => String(name).toLowerCase());
    expect(names.length).toBeGreaterThan(10);
    // Any directive of nginx may follow these two. https://developer.konghq.com/gateway/nginx-directives/ (read 2026-11-28)
    const isDirective = (name: string) => /^nginx_(http|proxy)_/.test(name);
    expect(names.filter((name) => !facts.kong_conf.includes(name) && !isDirective(name))).toEqual([]);
    expect(
      dockerfile
        .split('\n')
        .filter((line) => /^[A-Z]+ /.test(line))
        .map((line) => line.split(' ')[0]),
    ).toEqual(instructions);
  });

  test.each(['dev', 'sleeping', 'full'])(
    'the image copies what it is given, and has what its tasks run (%s)',
    (environment) => {
      const { files, fileOf: contentOf, task } = generate(environment);
      const copied = [...contentOf('gateway/Dockerfile').matchAll(/^COPY --chown=kong:0 (\S+) (\S+)$/gm)].map(
        ([, source, target]) => ({ source: `gateway/${String(source)}`, target: String(target) }),
      );
      /** Where a file of the folder is in the image. */
      const placeOf = (path: string): string | undefined => {
        const { source, target } =
          copied.find((copy) => path === copy.source || path.startsWith(`${copy.source}/`)) ?? {};
        return source === undefined ? undefined : `${String(target)}${path.slice(source.length)}`;
      };
      const given = [...files.keys()].filter((path) => path.startsWith('gateway/') && path !== 'gateway/Dockerfile');
      const places = given.map(placeOf);
      expect(places).not.toContain(undefined);
      expect(copied.filter(({ target }) => !places.some((place) => place?.startsWith(target)))).toEqual([]);
      const scripts = [task.gateway, task.database].flatMap((container) => container?.command ?? []);
      const own = scripts.filter((word) => word.startsWith('/etc/'));
      expect(own.filter((script) => !places.includes(script))).toEqual([]);
      expect(own).toHaveLength(environment === 'full' ? 3 : 0);
    },
  );

  test('the image has the authorities of RDS', () => {
    const certificates = full.fileOf('gateway/rds-ca.pem').match(/-----BEGIN CERTIFICATE-----/g);
    expect(certificates?.length).toBeGreaterThan(50);
  });

  test('a task has what its image needs', () => {
    expect(generate('dev').task).toEqual({ gateway: { environment: [], secrets: [] } });
    expect(generate('sleeping').task.gateway.secrets).toMatchObject([{ name: 'WAKE_TOKEN' }]);
    const { gateway: container, database } = full.task;
    expect(container.environment).toEqual([{ name: 'KONG_DATABASE', value: 'postgres' }]);
    expect(container.secrets.map(({ name }) => name)).toEqual(['DATABASE_URL', 'REDIS_PASSWORD']);
    expect(container.command?.slice(-3)).toEqual(['/docker-entrypoint.sh', 'kong', 'docker-start']);
    expect({ ...database, command: [] }).toEqual({ ...container, command: [] });
    expect(database?.command?.join(' ')).toBe('sh /etc/kong/landfall/connect.sh sh /etc/kong/landfall/migrate.sh');
  });

  test('paths are whole segments, dots are dots, preflights find their route, the token check stands where it is asked for', () => {
    const routes = kong.services.flatMap((service) => list(service, 'routes'));
    expect(
      routes.map(({ name, paths, methods, plugins }) => [
        name,
        paths,
        methods,
        (plugins as readonly Entity[] | undefined)?.map((plugin) => plugin['name']),
      ]),
    ).toMatchInlineSnapshot(`
      [
        [
          "auth-0",
          [
            "~/auth(?:/|$)",
          ],
          [
            "GET",
            "HEAD",
            "POST",
            "PUT",
            "PATCH",
            "DELETE",
            "OPTIONS",
          ],
          undefined,
        ],
        [
          "offers-0",
          [
            "~/offers\\.v2(?:/|$)",
          ],
          [
            "GET",
            "OPTIONS",
          ],
          undefined,
        ],
        [
          "offers-1",
          [
            "~/offers\\.v2(?:/|$)",
          ],
          [
            "POST",
            "OPTIONS",
          ],
          [
            "landfall-jwt",
          ],
        ],
      ]
    `);
  });
});

test('services that always run have nothing of waking; the others have it with their own settings', () => {
  expect(generate('dev').fileOf('kong.yml')).not.toMatch(/wak/i);
  expect([...generate('dev').files.keys()].filter((path) => /wake/.test(path))).toEqual([]);
  const snippets = (environment: string, index = 0) => {
    const service = generate(environment).kong.services[index];
    return (list(service ?? {}, 'plugins')[0]?.['config'] as Entity | undefined) ?? {};
  };
  expect(snippets('sleeping')).toMatchInlineSnapshot(`
    {
      "body_filter": [
        "require("landfall-wake.main").body_filter()
    ",
      ],
      "header_filter": [
        "require("landfall-wake.main").header_filter({ service = "auth", balancer = { address = "alb.shop.local", port = 8443, server_name = "api.sleeping.example.com" }, scope = "all", wake = "", retry_after = 45 })
    ",
      ],
    }
  `);
  expect(snippets('holding')['log']).toEqual(['require("landfall-wake.main").log()\n']);
  expect(generate('sleeping').fileOf('gateway/Dockerfile')).not.toContain('CLIENT_ABORT');
  expect(generate('holding').fileOf('gateway/Dockerfile')).toContain('KONG_NGINX_PROXY_LUA_CHECK_CLIENT_ABORT="on"');
  expect(snippets('holding', 1)['access']).toMatchInlineSnapshot(`
    [
      "require("landfall-wake.main").access({ service = "offers", balancer = { address = "alb.shop.local", port = 8443, server_name = "api.holding.example.com" }, scope = "all", wake = "", retry_after = 45, hold = 40, max_held = 100, reads_body = true, needs = { { service = "offers", host = "offers.internal", path = "/health" }, { service = "auth", host = "auth.internal", path = "/health" } } })
    ",
    ]
  `);
  expect(snippets('needed')['header_filter']).toMatchInlineSnapshot(`
    [
      "require("landfall-wake.main").header_filter({ service = "auth", balancer = { address = "alb.shop.local", port = 8443, server_name = "api.needed.example.com" }, scope = "auth", wake = "{\\"services\\":[\\"shop-needed-auth\\"]}", retry_after = 45 })
    ",
    ]
  `);
});

/** `name: required` of the configuration that the plugin's own schema has. */
const jwtFields = new Map(
  [
    ...full.fileOf('gateway/plugins/landfall-jwt/schema.lua').matchAll(/^ {10}\{ (\w+) = (.*required = true.*) \},$/gm),
  ].map(([, name = '', rule = '']) => [name, !rule.includes('default')] as const),
);

describe.each(['dev', 'sleeping', 'holding', 'counted', 'full'])(
  'kong.yml keeps the rules that Kong 3.9.3 checks beyond types (%s)',
  (environment) => {
    const { kong: document, files, fileOf } = generate(environment);
    const configOf = (name: string) => document.plugins.find((plugin) => plugin['name'] === name)?.['config'] as Entity;
    const routes = document.services.flatMap((service) => list(service, 'routes'));
    const scopes = [document.plugins, ...document.services, ...routes].map((scope) =>
      Array.isArray(scope) ? (scope as readonly Entity[]) : list(scope as Entity, 'plugins'),
    );

    test('the format’s version is a text', () => {
      expect(fileOf('kong.yml')).toMatch(/^_format_version: "3\.0"$/m);
    });

    test('one plugin of a name in each scope, each loaded by the image', () => {
      const loaded = /KONG_PLUGINS="([^"]+)"/.exec(fileOf('gateway/Dockerfile'))?.[1]?.split(',') ?? [];
      for (const scope of scopes) {
        const names = scope.map(({ name }) => String(name));
        expect(new Set(names).size).toBe(names.length);
        expect(names.filter((name) => facts.plugins[name] === undefined && !loaded.includes(name))).toEqual([]);
      }
      expect(loaded).toContain('bundled');
    });

    test('names are unique, paths are plain or regular expressions that Rust’s engine takes', () => {
      for (const entities of [document.services, document.upstreams, routes])
        expect(new Set(entities.map(({ name }) => name)).size).toBe(entities.length);
      for (const path of routes.flatMap((route) => route['paths'] as readonly string[])) {
        expect(path).toMatch(/^~?\//);
        expect(path).not.toMatch(/\/\/|\(\?[=!<]/);
      }
    });

    test('snippets require what the image’s sandbox allows, and nothing else', () => {
      const allowed = /SANDBOX_REQUIRES="([^"]+)"/.exec(fileOf('gateway/Dockerfile'))?.[1];
      const required = [...fileOf('kong.yml').matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
      expect([...new Set(required)]).toEqual(allowed === undefined ? [] : [allowed]);
      const path = `gateway/plugins/${String(allowed).replace('.', '/')}.lua`;
      expect(files.has(path)).toBe(allowed !== undefined);
    });

    test('a pre-function has a chunk, an origin compiles, a body has a limit', () => {
      expect(configOf('pre-function')['access']).not.toEqual([]);
      for (const origin of configOf('cors')['origins'] as readonly string[])
        if (origin !== '*') expect(() => new RegExp(origin)).not.toThrow();
      expect(configOf('request-size-limiting')['allowed_payload_size']).toBeGreaterThan(0);
    });

    test('a rate limit has a limit, the header that it goes by, and all of its Redis', () => {
      const config = document.plugins.find(({ name }) => name === 'rate-limiting')?.['config'] as Entity | undefined;
      if (config === undefined) return;
      expect(['second', 'minute', 'hour', 'day', 'month', 'year'].some((window) => config[window] !== undefined)).toBe(
        true,
      );
      if (config['limit_by'] === 'header') expect(config['header_name']).toBeTypeOf('string');
      if (config['policy'] === 'redis') {
        const { host, port, timeout } = config['redis'] as Entity;
        expect([typeof host, typeof port, typeof timeout]).toEqual(['string', 'number', 'number']);
        expect(host).not.toMatch(/^\{vault/);
      }
    });

    test('landfall-jwt gets what its own schema asks for, and nothing else', () => {
      const [config] = routes.flatMap((route) => list(route, 'plugins')).map((plugin) => plugin['config'] as Entity);
      expect([...jwtFields.keys()].toSorted()).toEqual([
        'discovery_url',
        'host',
        'key_set_ttl',
        'leeway',
        'refetch_interval',
        'retry_interval',
      ]);
      const sleeps = environment === 'sleeping' || environment === 'holding';
      expect(Object.keys(config ?? {}).filter((name) => !jwtFields.has(name))).toEqual(sleeps ? ['wake'] : []);
      expect([...jwtFields].filter(([name, required]) => required && config?.[name] === undefined)).toEqual([]);
    });

    test('landfall-jwt’s own schema knows everything that it gets of a sleeping issuer', () => {
      const [config] = routes.flatMap((route) => list(route, 'plugins')).map((plugin) => plugin['config'] as Entity);
      const schema = fileOf('gateway/plugins/landfall-jwt/schema.lua');
      const namesOf = (value: unknown): readonly string[] =>
        typeof value !== 'object' || value === null
          ? []
          : Object.entries(value).flatMap(([name, inner]) => [
              ...(Array.isArray(value) ? [] : [name]),
              ...namesOf(inner),
            ]);
      for (const name of namesOf(config?.['wake']))
        expect(schema).toMatch(new RegExp(`^ +(\\{ )?${name} = (\\{|typedefs)`, 'm'));
    });

    test('targets have a port', () => {
      for (const target of document.upstreams.flatMap((upstream) => list(upstream, 'targets')))
        expect(target['target']).toMatch(/^[a-z0-9.-]+:\d{2,5}$/);
    });
  },
);

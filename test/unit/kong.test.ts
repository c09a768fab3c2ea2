import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { validateProject } from '../../src/config/problems.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { layers } from '../../src/layers/registry.js';
import { synthesise } from '../../src/stack/synth.js';

interface Field {
  readonly type: string;
  readonly required?: boolean;
  readonly hasDefault?: boolean;
  readonly one_of?: readonly unknown[];
  readonly elements_one_of?: readonly unknown[];
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
      routes: [
        { path: '/offers.v2', methods: ['GET'] },
        { path: '/offers.v2', methods: ['POST'], auth: 'jwt' },
      ],
    },
    admin: { type: 'spa', path: 'c', subdomain: 'spa', outputDir: 'dist' },
  },
  environments: { dev: { domain: 'dev.example.com' } },
});
const { files } = synthesise(resolveConfig(project, 'dev'), layers);
const fileOf = (path: string): string => String(files.find((file) => file.path === path)?.content);
const kong = parse(fileOf('kong.yml')) as {
  readonly services: readonly Entity[];
  readonly upstreams: readonly Entity[];
  readonly plugins: readonly Entity[];
};

/** What an entity has that its schema does not know, lacks what it requires, or has of another type. */
function mistakes(entity: Entity, fields: Fields, nested: readonly string[] = []): readonly string[] {
  const given = Object.entries(entity).filter(([key]) => !nested.includes(key));
  const wrong = given.flatMap(([key, value]) => {
    const field = fields[key];
    if (field === undefined) return [`${key} is unknown`];
    if (field.one_of !== undefined && !field.one_of.includes(value)) return [`${key}: ${JSON.stringify(value)}`];
    return typeMatches(field, value) ? [] : [`${key} is no ${field.type}`];
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
    expect(kong.services.flatMap((service) => mistakes(service, services ?? {}, ['routes']))).toEqual([]);
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

  test('every setting of the image is one of kong.conf', () => {
    const names = [...fileOf('gateway/Dockerfile').matchAll(/\bKONG_([A-Z_]+)="/g)].map(([, name]) =>
      String(name).toLowerCase(),
    );
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !facts.kong_conf.includes(name))).toEqual([]);
    expect(
      fileOf('gateway/Dockerfile')
        .split('\n')
        .filter((line) => /^[A-Z]+ /.test(line))
        .map((line) => line.split(' ')[0]),
    ).toEqual(['ARG', 'FROM', 'COPY', 'COPY', 'ENV']);
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

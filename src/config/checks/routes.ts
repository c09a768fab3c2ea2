import { fields, items, text, texts, type LooseProject } from '../loose.js';
import { mistake, type Mistake, type Place } from '../mistake.js';

interface LooseRoute {
  readonly service: string;
  readonly at: Place;
  readonly path: string;
  readonly methods: readonly string[];
}

/** Routes that two entries answer, tokens that nobody issues, discovery documents that are nowhere. */
export function routeMistakes(project: LooseProject): readonly Mistake[] {
  const routes = routesOf(project);
  const overlaps = routes.flatMap((route, position) => {
    const other = routes.slice(0, position).find((earlier) => earlier.path === route.path && intersect(earlier, route));
    return other === undefined ? [] : [overlap(route, other)];
  });
  return [...overlaps, ...withoutIssuer(project), ...discovery(project, routes)];
}

function routesOf({ services }: LooseProject): readonly LooseRoute[] {
  return services.flatMap(({ name, fields: service }) =>
    items(service['routes']).flatMap(({ index, value }) => {
      const path = text(fields(value)['path']);
      const methods = texts(fields(value)['methods']).map((one) => one.value);
      return path === undefined ? [] : [{ service: name, at: ['services', name, 'routes', index], path, methods }];
    }),
  );
}

const intersect = (a: LooseRoute, b: LooseRoute): boolean =>
  a.methods.length === 0 || b.methods.length === 0 || a.methods.some((method) => b.methods.includes(method));

function overlap(route: LooseRoute, other: LooseRoute): Mistake {
  const shared = route.methods.filter((method) => other.methods.length === 0 || other.methods.includes(method));
  const what = `${shared.length === 0 ? '' : `${shared.join(', ')} `}${route.path}`;
  const who = other.service === route.service ? 'an earlier route of the same service' : `"${other.service}"`;
  return mistake(
    'CONFIG_ROUTE_OVERLAP',
    [...route.at, 'path'],
    `The route ${what} is already answered by ${who}.`,
    'Give it another path, or methods that the other does not have.',
  );
}

function withoutIssuer({ services }: LooseProject): readonly Mistake[] {
  if (services.some(({ fields: service }) => service['oidc'] !== undefined)) return [];
  return services.flatMap(({ name, fields: service }) =>
    items(service['routes'])
      .filter(({ value }) => fields(value)['auth'] === 'jwt')
      .map(({ index }) =>
        mistake(
          'CONFIG_JWT_WITHOUT_ISSUER',
          ['services', name, 'routes', index, 'auth'],
          '`auth` is "jwt", but no service issues tokens.',
          'Add `oidc: { discovery: "/auth/.well-known/*" }` to the service that does.',
        ),
      ),
  );
}

function discovery({ services }: LooseProject, routes: readonly LooseRoute[]): readonly Mistake[] {
  const seen = new Map<string, string>();
  return services.flatMap(({ name, fields: service }) => {
    const path = text(fields(service['oidc'])['discovery']);
    if (path === undefined) return [];
    const at: Place = ['services', name, 'oidc', 'discovery'];
    const owner = seen.get(path);
    seen.set(path, name);
    if (owner !== undefined)
      return [
        mistake(
          'CONFIG_DISCOVERY',
          at,
          `\`discovery\` is "${path}", which "${owner}" already has.`,
          'Give each issuer its own path.',
        ),
      ];
    const own = routes.some((route) => route.service === name && isUnder(path, route.path));
    if (own || path.endsWith('/.well-known/*')) return [];
    const message = `\`discovery\` is "${path}", which is under none of the service's routes.`;
    return [
      mistake(
        'CONFIG_DISCOVERY',
        at,
        message,
        'Write a path that ends with `/.well-known/*`, such as `/auth/.well-known/*`.',
      ),
    ];
  });
}

const isUnder = (path: string, prefix: string): boolean =>
  prefix === '/' || path === prefix || path.startsWith(`${prefix}/`);

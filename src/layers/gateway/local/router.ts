import { normalPath } from './paths.js';
import type { Declarative, DeclaredRoute, DeclaredService } from './declarative.js';

/** A route and the service it leads to. */
export interface Found {
  readonly service: DeclaredService;
  readonly route: DeclaredRoute;
}

interface Compiled extends Found {
  readonly matches: (path: string) => boolean;
  readonly methods: ReadonlySet<string> | undefined;
  readonly rank: readonly number[];
}

/**
 * Finds routes as Kong's router does: those bound to methods before those that are not, then regular expressions by priority,
 * then plain prefixes by length.
 * @see https://developer.konghq.com/gateway/routing/traditional/ (read 2026-11-23)
 */
export function createRouter(declarative: Declarative): (method: string, target: string) => Found | undefined {
  const routes = declarative.services
    .flatMap((service) => service.routes.flatMap((route) => route.paths.map((path) => compile(service, route, path))))
    .sort(byRank);
  return (method, target) => {
    const path = normalPath(target.split('?', 1)[0] ?? '/');
    return routes.find((route) => (route.methods?.has(method) ?? true) && route.matches(path));
  };
}

function compile(service: DeclaredService, route: DeclaredRoute, path: string): Compiled {
  const regex = path.startsWith('~') ? new RegExp(`^${path.slice(1)}`) : undefined;
  const methods = route.methods === undefined ? undefined : new Set(route.methods);
  return {
    service,
    route,
    methods,
    matches: regex === undefined ? (text) => text.startsWith(path) : (text) => regex.test(text),
    rank: [
      methods === undefined ? 0 : 1,
      regex === undefined ? 0 : 1,
      regex === undefined ? path.length : route.regex_priority,
    ],
  };
}

function byRank(a: Compiled, b: Compiled): number {
  const index = a.rank.findIndex((value, at) => value !== b.rank[at]);
  return index === -1 ? 0 : (b.rank[index] ?? 0) - (a.rank[index] ?? 0);
}

import type { Config, NestService } from '../../config/config.js';
import type { Expr, Value } from '../../stack/expr.js';
import { isTask, type Refs } from '../../stack/refs.js';
import { attr } from '../../stack/stack.js';

/** One entry of a container's `environment`. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value: Value<string>;
}

/** One entry of a container's `secrets`: the full ARN, never the value. */
export interface SecretVariable {
  readonly name: string;
  readonly valueFrom: Expr<string>;
}

/** What every service gets (DESIGN, "What a service gets"), and the user's own, sorted by name. */
export function environmentOf(config: Config, refs: Refs, service: NestService): readonly EnvironmentVariable[] {
  const peers = service.calls.flatMap((name) => {
    const peer = config.services.filter(isTask).find((other) => other.name === name);
    return peer === undefined
      ? []
      : [[peerVariable(name), `http://${name}.${refs.namespaceName}:${String(peer.port)}`] as const];
  });
  const all = [
    ['NODE_ENV', 'production'],
    ['PORT', String(service.port)],
    ...peers,
    ...Object.entries(service.env),
  ] as const;
  return all.map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `auth-service` → `AUTH_SERVICE_URL`. */
export function peerVariable(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_URL`;
}

/** `DATABASE_URL` and the declared secrets, sorted by name. */
export function secretsOf(refs: Refs, service: NestService): readonly SecretVariable[] {
  const names = [...(service.database === undefined ? [] : ['DATABASE_URL']), ...service.secrets];
  return names.sort().map((name) => ({ name, valueFrom: attr(refs.secret(service.name, name), 'arn') }));
}
